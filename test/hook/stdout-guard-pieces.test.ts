// Lines that come in pieces, under `protect`: the guard classifies a line before it sends any of it.
import { Writable } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { guardStdout, type StdoutPolicy } from "../../src/output/stdout-guard.ts";

const written = vi.hoisted((): { stderr: string } => ({ stderr: "" }));
vi.mock("node:fs", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  writeSync(_fd: number, bytes: Uint8Array, offset = 0): number {
    written.stderr += Buffer.from(bytes.subarray(offset)).toString();
    return bytes.length - offset;
  },
}));

const MESSAGE = '{"jsonrpc":"2.0","id":1,"result":{}}\n';
const BATCH = `[${MESSAGE.trim()}, ${MESSAGE.trim()}]\n`;

const releases: (() => void)[] = [];
beforeEach(() => {
  written.stderr = "";
});
afterEach(() => releases.splice(0).forEach((release) => release()));

interface Opened {
  readonly stdout: Writable;
  readonly got: () => string;
  readonly strays: unknown[];
  readonly policy: { mode: StdoutPolicy["mode"]; stray: StdoutPolicy["stray"] };
  release(): void;
}

function open(mode: StdoutPolicy["mode"] = "protect"): Opened {
  const chunks: Buffer[] = [];
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  const strays: unknown[] = [];
  const policy = { mode, stray: (place: string | undefined) => void strays.push(place) };
  const release = guardStdout(stdout, () => policy);
  releases.push(release);
  return { stdout, got: () => Buffer.concat(chunks).toString(), strays, policy, release };
}

it.each<[string, string[], string, string]>([
  ["a progress bar", ["[", "##", "]\n", MESSAGE], MESSAGE, "[##]\n"],
  ["a progress bar at work", ["[", MESSAGE, "##", MESSAGE, "]\n"], MESSAGE + MESSAGE, "[##]\n"],
  ["a wide progress bar", ["[", " ".repeat(70), "]\n", MESSAGE], MESSAGE, `[${" ".repeat(70)}]\n`],
  ["a loose brace", ["{", "x}\n", MESSAGE], MESSAGE, "{x}\n"],
  ["a loose brace, and its line end", ["{", "\n", MESSAGE], MESSAGE, "{\n"],
  ["a loose brace, and a message", ["{", MESSAGE], MESSAGE, "{"],
  ["one bracket after the other", ["[", "[", "x\n", MESSAGE], MESSAGE, "[[x\n"],
  ["a message behind a loose brace, in pieces", ["{", '{"json', MESSAGE.slice(6)], MESSAGE, "{"],
  ["a name that is none of a message", ['{"', 'level":30', "}\n", MESSAGE], MESSAGE, '{"level":30}\n'],
  ["a line and the beginning of a stray one", [`${MESSAGE}[`, "##]\n", MESSAGE], MESSAGE + MESSAGE, "[##]\n"],
  ["a message in three", ['{"', 'jsonrpc"', MESSAGE.slice(10)], MESSAGE, ""],
  ["a message, character by character", MESSAGE.split(""), MESSAGE, ""],
  ["a batch, character by character", BATCH.split(""), BATCH, ""],
  ["a batch and its bracket", ["[", BATCH.slice(1)], BATCH, ""],
  ["a batch, message by message", BATCH.split(/(?<=,) /), BATCH.replace(" ", ""), ""],
])("%s", (_what, writes, stdout, stderr) => {
  const asText = open();
  for (const text of writes) asText.stdout.write(text);
  expect([asText.got(), written.stderr]).toEqual([stdout, stderr]);

  written.stderr = "";
  const asBytes = open();
  const reused = Buffer.alloc(1024);
  for (const text of writes) asBytes.stdout.write(reused.subarray(0, reused.write(text)));
  expect([asBytes.got(), written.stderr]).toEqual([stdout, stderr]);
});

it("detect leaves it as it is", () => {
  const { stdout, got, strays } = open("detect");

  for (const text of ["[", "##", "]\n", MESSAGE]) stdout.write(text);

  expect([got(), written.stderr, strays.length]).toEqual([`[##]\n${MESSAGE}`, "", 2]);
});

it("a message begins a line, also behind a part of one that proved stray", () => {
  for (const next of [[MESSAGE], MESSAGE.split(""), [MESSAGE.slice(0, 20), MESSAGE.slice(20)]]) {
    written.stderr = "";
    const { stdout, got } = open();

    for (const text of ['{"id": 1, ', '"level": 2}\n', ...next, MESSAGE]) stdout.write(text);

    expect([got(), written.stderr]).toEqual([`{"id": 1, \n${MESSAGE}${MESSAGE}`, '"level": 2}\n']);
  }
});

it("what is held is answered for at once: who waits for it before the rest is not kept waiting", async () => {
  const { stdout, got } = open();
  const answers: unknown[] = [];

  for (const text of ['{"', 'jsonrpc"', MESSAGE.slice(10)])
    await new Promise((resolve) => answers.push(stdout.write(text, resolve)));

  expect([got(), answers]).toEqual([MESSAGE, [true, true, true]]);
});

it("what is held when the transport closes goes to stderr", () => {
  const listeners = process.listenerCount("exit");
  const { stdout, got, release } = open();
  stdout.write("{");
  stdout.write('"');
  expect([written.stderr, process.listenerCount("exit")]).toEqual(["", listeners + 1]);

  release();

  expect([got(), written.stderr]).toEqual(["", '{"']);
  expect(process.listenerCount("exit")).toBe(listeners);
});

it("what is held when the process ends goes to stderr", () => {
  const { stdout, release } = open();
  const before = process.listeners("exit");
  stdout.write("[");

  for (const listener of process.listeners("exit")) if (!before.includes(listener)) listener(0);
  release();

  expect(written.stderr).toBe("[");
});

it("held text goes to stderr when protection ends", () => {
  const { stdout, got, policy } = open();
  stdout.write("[");
  policy.mode = "off";

  stdout.write("##]\n");

  expect([got(), written.stderr]).toEqual(["##]\n", "["]);
});
