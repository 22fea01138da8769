/**
 * `npm run bench -- run [CALLS]`: what `mcp-otelkit run` adds to a tool call of a server in Python that does nothing. A relay that only
 * passes bytes shows what of it is the second process.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { measureAdded, startSink, type Contender } from "./added.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const SERVER = ["python3", path("../test/fixtures/wire/server.py")];
const RUN = [process.execPath, path("../dist/cli.cjs"), "run", "--", ...SERVER];
const RELAY = [
  process.execPath,
  "-e",
  `const c = require("child_process").spawn(process.argv[1], process.argv.slice(2), { stdio: ["pipe", "pipe", "inherit"] });
   process.stdin.pipe(c.stdin); c.stdout.pipe(process.stdout);`,
  ...SERVER,
];

const running: ChildProcess[] = [];
const sink = await startSink();
const contenders = [await start("direct", SERVER), await start("a relay of bytes, in Node", RELAY)];
for (const [name, env] of Object.entries(sink.settings))
  contenders.push(await start(`run, ${name}`, RUN, env));
await measureAdded("a call to a server in Python", contenders, Number(process.argv[2] ?? 3000));
for (const child of running) child.stdin?.end();
sink.stop();

async function start(
  name: string,
  [program = "", ...words]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Contender> {
  const child = spawn(program, words, {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
  });
  running.push(child);
  await ask(child, 0, "initialize", {});
  return { name, call: (id) => ask(child, id, "tools/call", { name: "echo", arguments: { text: "hello" } }) };
}

async function ask(child: ChildProcess, id: number, method: string, params: object): Promise<void> {
  child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  let text = "";
  while (!text.endsWith("\n")) text += String(((await once(child.stdout ?? child, "data")) as [Buffer])[0]);
}
