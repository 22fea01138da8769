#!/usr/bin/env node
/** `npx mcp-otelkit <command>`: one file a command, in cli/. */
import { check } from "./cli/check.ts";

const [command = "", ...words] = process.argv.slice(2);

async function run(): Promise<number> {
  if (command === "check") return check(words, (text) => process.stdout.write(text));
  process.stderr.write("usage: npx mcp-otelkit check --help\n");
  return 2;
}

// Not awaited: the build makes CommonJS of this file.
void run().then((code) => (process.exitCode = code));
