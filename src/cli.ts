#!/usr/bin/env node
/** `npx mcp-otelkit <command>`: one file a command, in cli/. */
import { check } from "./cli/check.ts";
import { run } from "./cli/run.ts";

const COMMANDS: Readonly<Record<string, (words: readonly string[]) => Promise<void>>> = {
  async check(words) {
    process.exitCode = await check(words, (text) => process.stdout.write(text));
  },
  async proxy(words) {
    // Node's HTTP/2 takes its time to load, and `run` has a host that waits.
    const { proxy } = await import("./cli/proxy.ts");
    process.exitCode = await proxy(words);
  },
  async run(words) {
    process.exit(await run(words));
  },
};

const [name = "", ...words] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

if (command === undefined) {
  process.stderr.write(
    "usage: npx mcp-otelkit check --help, npx mcp-otelkit run -- <command>, npx mcp-otelkit proxy --to <url>\n",
  );
  process.exitCode = 2;
} else {
  // Not awaited at the top: the build makes CommonJS of this.
  void command(words);
}
