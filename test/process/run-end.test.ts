// However one of host, `mcp-otelkit run` and server ends, the others are soon gone, as they would be without `run`.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { patience } from "../support/patience.ts";
import { startProgram } from "./program.ts";
import { hasPython, needsPython } from "../support/python.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const CLI = path("../../dist/cli.cjs");
const MIRROR = path("../fixtures/wire/mirror.py");
const INITIALIZE = '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}\n';

/** A server that mirrors its input, and what it does besides. */
function mirror(...habits: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return ["python3", MIRROR, join(folder, "arrived"), ...habits];
}

function startRun(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const running = startProgram([CLI, "run", "--", ...command], {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", ...env },
  });
  running.child.stdin?.write(INITIALIZE);
  return running;
}

/** The server's process id, which it writes to stderr. */
async function pidFrom(child: ChildProcess): Promise<number> {
  let text = "";
  while (!/^\d+\n/m.test(text)) text += ((await once(child.stderr ?? child, "data")) as [string])[0];
  return Number(/^\d+/m.exec(text)?.[0]);
}

/** @returns true as soon as there is no such process */
async function gone(pid: number): Promise<true> {
  while (isAlive(pid)) await after(20);
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it.skipIf(!hasPython)(
  `is killed, and takes along a server that does not end with its input${needsPython}`,
  async () => {
    const run = startRun(mirror("--never-ends"));
    const pid = await pidFrom(run.child);
    await run.printed("mirror");

    run.child.kill("SIGKILL");

    expect((await run.ended).signal).toBe("SIGKILL");
    expect(await gone(pid)).toBe(true);
  },
);

it.skipIf(!hasPython)(
  `has a host that is killed: the server finds its input ended, and nothing is left${needsPython}`,
  async () => {
    const host = `
    const run = require("child_process").spawn(process.execPath, process.argv.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
    run.stdin.write(${JSON.stringify(INITIALIZE)});
    run.stdout.once("data", () => console.log(run.pid));`;
    const command = [CLI, "run", "--", "sh", "-c", 'echo $$ >&2; exec "$@"', "sh", ...mirror()];
    const running = startProgram(["-e", host, "--", ...command]);
    const server = pidFrom(running.child);
    const [text] = (await once(running.child.stdout ?? running.child, "data")) as [string];

    running.child.kill("SIGKILL");

    expect(await gone(await server)).toBe(true);
    expect(await gone(Number(text))).toBe(true);
  },
);

it.skipIf(!hasPython)(
  `ends in time for a host that waits 2 s, although the collector takes everything and answers nothing${needsPython}`,
  async () => {
    const hole = createServer().listen(0, "127.0.0.1");
    await once(hole, "listening");
    onTestFinished(() => void hole.close());
    const run = startRun(mirror(), {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(hole.address() as AddressInfo).port}`,
    });
    await run.printed("mirror");
    const since = performance.now();

    run.child.stdin?.end();

    expect(await run.ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - since).toBeLessThan(patience(2000));
  },
);

it.skipIf(!hasPython)(
  `passes on what a server says half, when it dies in the middle${needsPython}`,
  async () => {
    const dying = [
      "-e",
      'process.stdin.once("data", () => { process.stdout.write(`{"jsonrpc":"2.0","id":0,"res`, () => process.kill(process.pid, "SIGKILL")) })',
    ];

    const run = startRun([execPath, ...dying]);

    expect(await run.ended).toMatchObject({
      stdout: '{"jsonrpc":"2.0","id":0,"res',
      code: null,
      signal: "SIGKILL",
    });
  },
);

it.skipIf(!hasPython)(
  `has a server that closes its stdout find the host as patient as without run${needsPython}`,
  async () => {
    const closing = [
      execPath,
      "-e",
      "require('fs').closeSync(1); process.stdin.resume().on('end', () => process.exit(4))",
    ];
    const run = startRun(closing);

    run.child.stdin?.end("more\n");

    expect(await run.ended).toMatchObject({ stdout: "", code: 4 });
  },
);

it.skipIf(!hasPython)(
  `tells a server that writes that the host does not read any more${needsPython}`,
  async () => {
    const writing = "yes '{}' ; exit 7";
    const run = startRun(["sh", "-c", `trap '' PIPE; ${writing}`]);
    await run.printed("{}");

    run.child.stdout?.destroy();

    expect(await run.ended).toMatchObject({ code: 7 });
  },
);

it.skipIf(!hasPython)(`leaves no file behind${needsPython}`, async () => {
  const temporary = mkdtempSync(join(tmpdir(), "mcp-otelkit-test-"));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const run = startRun(mirror(), { TMPDIR: temporary });
  await run.printed("mirror");

  run.child.stdin?.end();
  await run.ended;

  expect(readdirSync(temporary)).toEqual([]);
});

it.skipIf(!hasPython)(
  `passes on all that the server wrote, although the host reads it late${needsPython}`,
  async () => {
    const written = 400_000;
    const child = spawn(
      execPath,
      [CLI, "run", "--", "python3", "-c", `import sys; sys.stdout.write("x" * ${written})`],
      { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, OTEL_SDK_DISABLED: "true" } },
    );
    await after(1500); // long after the server's end

    let read = 0;
    for await (const chunk of child.stdout) read += (chunk as Buffer).length;

    expect(read).toBe(written);
  },
);
