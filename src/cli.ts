#!/usr/bin/env node
/** `npx mcp-otelkit <command>`: one file a command, in cli/. */
import { check } from "./cli/check.ts";

const [command = "", ...words] = process.argv.slice(2);

if (command === "check") {
  process.exitCode = await check(words, (text) => process.stdout.write(text));
} else {
  process.stderr.write("usage: npx mcp-otelkit check --help\n");
  process.exitCode = 2;
}
