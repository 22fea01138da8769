// A process that speaks MCP and in which mcp-otelkit sees no SDK says so in one line, however it got the preload and however it ends;
// any other process that merely inherited the preload says nothing.
import { setTimeout as later } from "node:timers/promises";
import { expect, it } from "vitest";
import { PRELOAD, startProgram } from "./program.ts";

const REGISTER = new URL("../../dist/register.js", import.meta.url).href;
const INITIALIZE = `${JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize" })}\n`;

const line = (via: string, helps: string) =>
  `mcp-otelkit: an MCP client speaks to this process over ${via}, and no MCP SDK was seen in it, so nothing is recorded; ` +
  `in your own application call instrumentMcp(), ${helps}\n`;
const STDIO = line("stdio", "start any other with npx mcp-otelkit run -- <command>");
const HTTP = line("HTTP", "in front of any other start npx mcp-otelkit proxy --to <url>");

it.each<[string, { words?: string[]; env?: Record<string, string>; end: "stdin" | "SIGTERM" }, string]>([
  ["by a flag, until stdin ends", { words: PRELOAD, end: "stdin" }, STDIO],
  [
    "by NODE_OPTIONS, until stdin ends",
    { env: { NODE_OPTIONS: `--import=${REGISTER}` }, end: "stdin" },
    STDIO,
  ],
  [
    "by NODE_OPTIONS, until SIGTERM",
    { env: { NODE_OPTIONS: `--import=${REGISTER}` }, end: "SIGTERM" },
    STDIO,
  ],
  [
    "where `run` observes the pipe",
    {
      words: PRELOAD,
      env: { MCP_OTELKIT_SEEN_FILE: "/tmp/none", NODE_OPTIONS: `--import=${REGISTER}` },
      end: "stdin",
    },
    "",
  ],
])("a server over stdio, preloaded %s", async (_how, { words = [], env = {}, end }, told) => {
  const { child, printed, ended } = startProgram([...words, "no-sdk.mjs", "stdio"], { env });
  child.stdin?.write(INITIALIZE);
  await printed('"serverInfo"');
  if (end === "SIGTERM") await later(3000); // hosts that end a server let it live before
  if (end === "SIGTERM") child.kill("SIGTERM");
  else child.stdin?.end();
  const { stderr, stdout } = await ended;

  expect(stderr).toBe(told);
  expect(stdout).toContain('"raw"');
});

it("a server over HTTP, preloaded by NODE_OPTIONS, until SIGTERM", async () => {
  const { child, printed, ended } = startProgram(["no-sdk.mjs", "http"], {
    env: { NODE_OPTIONS: `--import=${REGISTER}` },
  });
  await printed("answered");
  await later(3000);
  child.kill("SIGTERM");

  expect((await ended).stderr).toBe(HTTP);
});

it("an SDK that is loaded late is seen", async () => {
  const { child, printed, ended } = startProgram([...PRELOAD, "no-sdk.mjs", "late"]);
  child.stdin?.write(INITIALIZE);
  await printed('"serverInfo"');
  child.stdin?.end();

  expect((await ended).stderr).not.toContain("no MCP SDK");
});

it("what else arrives on stdin is no word of MCP", async () => {
  const { child, ended } = startProgram(
    [
      "--eval",
      "let all = ''; process.stdin.on('data', (d) => { all += d; }).on('end', () => console.log(all.length))",
    ],
    { env: { NODE_OPTIONS: `--import=${REGISTER}` } },
  );
  child.stdin?.write("x".repeat(100_000));
  child.stdin?.end('{"jsonrpc":"2.0","method":"other"}');
  const { stdout, stderr } = await ended;

  expect([stdout, stderr]).toEqual(["100034\n", ""]);
});
