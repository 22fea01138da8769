/**
 * `npm run bench -- hostile [how many] [words of a kind]`: the cost that a peer can cause. A server or client gets
 * 100,000 messages of a kind, without mcp-otelkit and under the preload with all signals exported, each in a separate
 * process. For normal messages the difference is the cost of recording; hostile messages must cost no more than that,
 * within a fifth of the whole.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { renderTable } from "../test/matrix/table.ts";
import { KINDS } from "./hostile-kinds.mjs";

interface Cost {
  readonly cpuMs: number;
  /** Bytes of heap that are still held at the end. */
  readonly grown: number;
}
interface Pair {
  readonly plain: Cost;
  readonly observed: Cost;
}

const [first = "100000", ...words] = process.argv.slice(2);
const count = Number(first);
/** Of the time and memory without mcp-otelkit and the cost of recording normal messages. */
const MAY_EXCEED = 0.2;
/** The queues, and the exports of the last seconds. */
const SLACK_BYTES = 8 * 1024 * 1024;

// A collector that accepts everything and stores nothing.
const sink = createServer((request, response) => {
  request.resume().on("end", () => response.end());
}).listen(0, "127.0.0.1");
await once(sink, "listening");
const endpoint = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;

const pairs = new Map<string, Pair>();
const rows: string[][] = [];
try {
  for (const [kind, { honest }] of Object.entries(KINDS)) {
    if (!words.every((word) => kind.includes(word)) && honest !== undefined) continue;
    const pair = {
      plain: await attack(kind, []),
      observed: await attack(kind, ["--import", "mcp-otelkit/register"]),
    };
    pairs.set(kind, pair);
    rows.push(describe(kind, pair, honest === undefined ? undefined : pairs.get(honest)));
  }
} finally {
  sink.close();
}
const HEAD = ["message", "µs each, plain", "with us", "allowed", "heap held, plain", "with us", "verdict"];
console.log(`${count} messages of each kind; CPU time, and heap held two seconds after the last\n`);
console.log(renderTable(HEAD, rows));

function describe(kind: string, { plain, observed }: Pair, honest: Pair | undefined): string[] {
  const micros = (cost: number): string => ((cost * 1000) / count).toFixed(1);
  const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  if (honest === undefined)
    return [
      kind,
      micros(plain.cpuMs),
      micros(observed.cpuMs),
      "",
      megabytes(plain.grown),
      megabytes(observed.grown),
      "honest",
    ];
  const allowedMs = (plain.cpuMs + honest.observed.cpuMs - honest.plain.cpuMs) * (1 + MAY_EXCEED);
  const recorded = Math.max(0, honest.observed.grown - honest.plain.grown);
  const allowedBytes = (Math.max(0, plain.grown) + recorded) * (1 + MAY_EXCEED) + SLACK_BYTES;
  const over = [
    ...(observed.cpuMs > allowedMs ? ["slower"] : []),
    ...(observed.grown > allowedBytes ? ["larger"] : []),
  ];
  return [
    kind,
    micros(plain.cpuMs),
    micros(observed.cpuMs),
    micros(allowedMs),
    megabytes(plain.grown),
    megabytes(observed.grown),
    over.length === 0 ? "ok" : over.join(", "),
  ];
}

async function attack(kind: string, preload: readonly string[]): Promise<Cost> {
  const child = spawn(process.execPath, [...preload, "hostile-program.mjs", kind, String(count)], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: process.env["PATH"], OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
  });
  const said = await text(child.stdout);
  if (said === "") throw new Error(`${kind}: the program ended and said nothing`);
  return JSON.parse(said) as Cost;
}
