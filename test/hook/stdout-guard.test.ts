import { Console } from "node:console";
import { PassThrough, Writable } from "node:stream";
import { runInThisContext } from "node:vm";
import { afterEach, expect, it } from "vitest";
import { expectNoMore, expectStdio, guardStdout, type StdoutPolicy } from "../../src/output/stdout-guard.ts";
import { onFault } from "../../src/output/safely.ts";

const MESSAGE = '{"jsonrpc":"2.0","id":1,"result":{}}\n';

interface Guarded {
  readonly stdout: Writable;
  /** Every chunk that reached the other end, unchanged. */
  readonly chunks: unknown[];
  /** The reported places, one per stray write. */
  readonly strays: (string | undefined)[];
  readonly policyNow: () => StdoutPolicy | undefined;
  release(): void;
}

const releases: (() => void)[] = [];
afterEach(() => releases.splice(0).forEach((release) => release()));

/** A stream that keeps chunks as they come, in the way its `write` was called. */
function openStdout(options: object = {}): { stdout: Writable; chunks: unknown[] } {
  const chunks: unknown[] = [];
  const stdout = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    ...options,
  });
  return { stdout, chunks };
}

function guarded(mode: StdoutPolicy["mode"] = "detect", { stdout, chunks } = openStdout()): Guarded {
  const strays: (string | undefined)[] = [];
  const policyNow = (): StdoutPolicy => ({ mode, stray: (place) => void strays.push(place) });
  const release = guardStdout(stdout, policyNow);
  releases.push(release);
  return { stdout, chunks, strays, policyNow, release };
}

/** The stderr output of `protect` goes to the descriptor, and shows among the output of this test. */
const HERE = /test[\\/]hook[\\/]stdout-guard\.test\.ts:\d+$/;

it("lets everything through, and reports stray writes, with the place of the first", () => {
  const { stdout, chunks, strays } = guarded();
  const bytes = new TextEncoder().encode("bytes\n");

  stdout.write(MESSAGE);
  stdout.write("hello\n");
  stdout.write(bytes);
  stdout.write("aGkK", "base64");
  stdout.write(MESSAGE, "utf8");

  expect(chunks).toEqual([MESSAGE, "hello\n", Buffer.from(bytes), "aGkK", MESSAGE]);
  expect(strays).toEqual([expect.stringMatching(HERE), undefined, undefined]);
});

it("reads messages in every encoding and kind of bytes", () => {
  const { stdout, strays } = guarded();

  stdout.write(Buffer.from(MESSAGE));
  stdout.write(new Uint8Array(Buffer.from(`..${MESSAGE}`)).subarray(2));
  stdout.write(Buffer.from(MESSAGE).toString("hex"), "hex");
  stdout.write(MESSAGE, "latin1");
  stdout.write(MESSAGE, "UTF-8" as "utf8");
  const umlauts = Buffer.from('{"jsonrpc":"2.0","method":"ä€𝄞"}\n');
  for (const byte of umlauts) stdout.write(Uint8Array.of(byte));

  expect(strays).toEqual([]);

  stdout.write(MESSAGE, "utf16le"); // whose bytes are no JSON to anybody
  expect(strays).toHaveLength(1);
});

it("sees console, and a stream that is piped, whose place is unknown", async () => {
  const { stdout, strays } = guarded();
  const source = new PassThrough();

  new Console(stdout).log("hello");
  source.pipe(stdout);
  source.end("piped\n");
  await new Promise((resolve) => stdout.on("finish", resolve));

  expect(strays).toEqual([expect.stringMatching(HERE), undefined]);
});

it("keeps the answer, the callback and its lateness", async () => {
  const { stdout } = guarded("detect", openStdout({ highWaterMark: 10, write: () => undefined }));
  const plain = openStdout({ highWaterMark: 10, write: () => undefined }).stdout;

  expect([stdout.write("short"), stdout.write("and too long")]).toEqual([
    plain.write("short"),
    plain.write("and too long"),
  ]);
  expect(stdout.writableNeedDrain).toBe(true);
  expect([stdout.write.length, stdout.write.name]).toEqual([plain.write.length, plain.write.name]);
});

it("refuses what the stream refuses, with its error", () => {
  const { stdout, strays } = guarded("protect");
  const plain = openStdout().stdout;
  const errorOf = (stream: Writable, ...args: unknown[]): unknown => {
    try {
      return (stream.write as (...given: unknown[]) => unknown).apply(stream, args);
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };

  for (const args of [[null], [42], [], ["x", "no-encoding"]])
    expect(errorOf(stdout, ...args)).toBe(errorOf(plain, ...args));
  expect(strays).toEqual([]);
});

it("leaves a stream of objects alone", () => {
  const { stdout, chunks, strays } = guarded("protect", openStdout({ objectMode: true }));

  stdout.write({ any: "thing" });

  expect({ chunks, strays }).toEqual({ chunks: [{ any: "thing" }], strays: [] });
});

it("protect keeps stray writes from the stream, and answers for it", async () => {
  const { stdout, chunks, strays } = guarded("protect");
  const order: string[] = [];

  const answers = [
    stdout.write("secret of the test\n", (error) => order.push(`called with ${error}`)),
    stdout.write("more of it", "utf8", () => order.push("called again")),
    stdout.write(MESSAGE, () => order.push("written")),
  ];
  order.push("returned");
  await new Promise(setImmediate);

  expect(answers).toEqual([true, true, true]);
  expect(order.toSorted()).toEqual(["called again", "called with null", "returned", "written"]);
  expect(order[0]).toBe("returned");
  expect(chunks).toEqual([MESSAGE]);
  expect(strays).toHaveLength(2);
});

it("protect takes a write apart that holds both, as text and as bytes", async () => {
  const { stdout, chunks } = guarded("protect");
  const mixed = `hello ä\n${MESSAGE}and\n${MESSAGE}`;

  await new Promise((resolve) => stdout.write(mixed, resolve));
  await new Promise((resolve) => stdout.write(Buffer.from(mixed), resolve));

  expect(chunks).toEqual([MESSAGE + MESSAGE, Buffer.from(MESSAGE + MESSAGE)]);
});

it("the last owner restores the stream", () => {
  const { stdout, release, policyNow, strays } = guarded();
  const other = guardStdout(stdout, policyNow);

  release();
  release();
  stdout.write("still guarded\n");
  other();
  stdout.write("free\n");

  expect(strays).toHaveLength(1);
  expect(Object.hasOwn(stdout, "write")).toBe(false);
});

it("another `write` from before the guard is restored after it", () => {
  const { stdout, chunks } = openStdout();
  const own = function (this: Writable, chunk: string): boolean {
    return (Writable.prototype.write as (text: string) => boolean).call(this, chunk.toUpperCase());
  };
  stdout.write = own as Writable["write"];
  const { release, strays } = guarded("detect", { stdout, chunks });

  stdout.write("hello\n");
  release();

  expect(stdout.write).toBe(own);
  expect({ chunks, strays }).toEqual({ chunks: ["HELLO\n"], strays: [expect.stringMatching(HERE)] });
});

it("another `write` on top of the guard stays, and the reported place is its caller's", () => {
  const { stdout, chunks, strays, release } = guarded();
  const { write } = stdout;
  const wrap = runInThisContext(
    "(stream, write) => (stream.write = function (...args) { return write.apply(this, args); })",
    {
      filename: "tee.js",
    },
  ) as (stream: Writable, original: Writable["write"]) => Writable["write"];
  const tee = wrap(stdout, write);

  stdout.write("hello\n");
  release();
  stdout.write("free\n");

  expect(stdout.write).toBe(tee);
  expect({ chunks, strays }).toEqual({
    chunks: ["hello\n", "free\n"],
    strays: [expect.stringMatching(HERE)],
  });
});

it("off, or without a policy, checks nothing", () => {
  const off = guarded("off");
  const nobody = openStdout();
  releases.push(guardStdout(nobody.stdout, () => undefined));

  off.stdout.write("hello\n");
  nobody.stdout.write("hello\n");

  expect([off.chunks, nobody.chunks, off.strays]).toEqual([["hello\n"], ["hello\n"], []]);
});

it("a fault in mcp-otelkit is reported, and the write goes through", () => {
  const faults: string[] = [];
  onFault((where) => faults.push(where));
  const { stdout, chunks } = openStdout();
  releases.push(
    guardStdout(stdout, () => {
      throw new Error("ours");
    }),
  );

  stdout.write("hello\n");
  stdout.write("again\n");

  expect({ chunks, faults }).toEqual({ chunks: ["hello\n", "again\n"], faults: ["stdout"] });
});

it("output during a report is not reported", () => {
  const { stdout, chunks } = openStdout();
  let strays = 0;
  const stray = (): void => {
    strays += 1;
    stdout.write("a logger of theirs says so\n");
  };
  releases.push(guardStdout(stdout, () => ({ mode: "detect", stray })));

  stdout.write("hello\n");

  expect(strays).toBe(1);
  expect(chunks).toEqual(["a logger of theirs says so\n", "hello\n"]);
});

it("output from before the transport is reported when the transport comes", () => {
  const opened = openStdout();
  const strays: (string | undefined)[] = [];
  const policyNow = (): StdoutPolicy => ({ mode: "detect", stray: (place) => void strays.push(place) });
  expectStdio(opened.stdout, policyNow);
  opened.stdout.write("starting\n");
  opened.stdout.write("soon\n");
  expect(strays).toEqual([]);

  releases.push(guardStdout(opened.stdout, policyNow));

  expect(strays).toEqual([expect.stringMatching(HERE), undefined]);
});

it("without a transport nothing is reported, and for a transport on another stream the stream is restored", () => {
  const { stdout, chunks } = openStdout();
  const strays: unknown[] = [];
  expectStdio(stdout, () => ({ mode: "detect", stray: (place) => void strays.push(place) }));
  stdout.write("serving over HTTP\n");

  expectNoMore(stdout);

  expect({ strays, chunks }).toEqual({ strays: [], chunks: ["serving over HTTP\n"] });
  expect(Object.hasOwn(stdout, "write")).toBe(false);
});

it("protect acts before the transport comes, and reports at once", () => {
  const { stdout, chunks } = openStdout();
  const strays: unknown[] = [];
  expectStdio(stdout, () => ({ mode: "protect", stray: (place) => void strays.push(place) }));

  stdout.write("banner of the test\n");
  expectNoMore(stdout);

  expect({ strays, chunks }).toEqual({ strays: [expect.stringMatching(HERE)], chunks: [] });
});
