// What stands on the wire: through `mcp-otelkit run` each byte arrives as it does without, in both directions, whatever it is.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { withoutAddedMeta } from "../support/added-meta.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { hasPython, needsPython } from "../support/python.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const RUN = [execPath, path("../../dist/cli.cjs"), "run", "--"];
const MIRROR = path("../fixtures/wire/mirror.py");
const INITIALIZE = '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"host"}}}\n';
const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1.0}}}\n';
const MB = 1024 * 1024;

const receiver = await startOtlpReceiver();
afterAll(() => receiver.close());

/** What a server that mirrors its input got of these bytes, what came back, and how it ended. */
async function exchange(words: readonly string[], bytes: Buffer, habits: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [program = "", ...rest] = [...words, "python3", MIRROR, join(folder, "arrived"), ...habits];
  const child = spawn(program, rest, {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env["PATH"],
      OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    },
  });
  const exited = once(child, "exit");
  child.stdin.on("error", () => undefined);
  child.stdin.write(INITIALIZE);
  const [greeting] = (await once(child.stdout, "data")) as [Buffer];
  child.stdin.end(bytes);
  const output = Buffer.concat([greeting, await buffer(child.stdout)]);
  return { arrived: readFileSync(join(folder, "arrived")), output, ended: await exited };
}

const WIRES: Readonly<Record<string, readonly [bytes: string | Buffer, ...habits: string[]]>> = {
  "a call": [CALL],
  "a call that nobody ends": [CALL.trim()],
  "half a call": [CALL.slice(0, 40)],
  nothing: [""],
  "lines of nothing, and of spaces": ["\n\r\n  \n\t\n\0\n"],
  "no JSON, and an exit status": ["hello\nworld", "--exit=3"],
  "a byte order mark": [`\uFEFF${CALL}`],
  "invalid UTF-8 in a name": [Buffer.from(CALL.replace("add", "a\xff\xfe\xc3d"), "latin1")],
  "invalid UTF-8 everywhere": [Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7) % 256))],
  "JSON that is no JSON-RPC": ['{"hello":1}\n[]\n[1,{"id":3}]\nnull\n17\n"text"\n{"jsonrpc":"2.0"}\n'],
  "a batch": [`[${CALL.trim()},{"jsonrpc":"2.0","id":2,"method":"ping"}]\n`],
  "numbers and keys that JSON.parse changes": [
    '{"method":"ping", "id":12345678901234567890,"jsonrpc":"2.0" ,"params" : { "x":1e400,"__proto__":{"a":1},"x2":1.50 } }\r\n',
  ],
  "two keys of one name": ['{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{"a":1}}\n'],
  "strange params": [
    '{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}\n{"jsonrpc":"2.0","id":2,"method":"ping","params":null}\n{"jsonrpc":"2.0","id":3,"method":"ping","params":{"_meta":7}}\n',
  ],
  "deep JSON": [
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}\n`,
  ],
  "10 MB in a message": [CALL.replace("add", "x".repeat(10 * MB))],
};

const LONG: typeof WIRES = {
  "a line of 50 MB": [`${CALL.replace("add", "x".repeat(50 * MB))}${CALL}`],
  "50 MB without a line": ["y".repeat(50 * MB)],
  "ten thousand messages": [CALL.repeat(10_000)],
};

const ROWS = [
  { wires: WIRES, options: {} },
  { wires: LONG, options: { tags: ["proof"] } },
];

for (const { wires, options } of ROWS)
  it.skipIf(!hasPython).each(Object.entries(wires))(
    `%s${needsPython}`,
    options,
    async (_title, [content, ...habits]) => {
      const bytes = Buffer.from(content as string);

      const [through, direct] = await Promise.all([
        exchange(RUN, bytes, habits),
        exchange([], bytes, habits),
      ]);

      expect(withoutAddedMeta(through.arrived).equals(direct.arrived)).toBe(true);
      expect(withoutAddedMeta(through.output).equals(direct.output)).toBe(true);
      expect(through.ended).toEqual(direct.ended);
    },
  );

it.skipIf(!hasPython)(`ends although a child of the server keeps its stdout open${needsPython}`, async () => {
  const { arrived, ended } = await exchange(RUN, Buffer.from(CALL), ["--leaves-a-child"]);

  expect(withoutAddedMeta(arrived).toString()).toBe(INITIALIZE + CALL);
  expect(ended).toEqual([0, null]);
});
