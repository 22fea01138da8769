/**
 * `npm run bench -- hostile [how many] [words of a kind]`, two rounds, the lesser time of each: what a peer can make us cost. A server or client gets 100,000 messages of a
 * kind, with nobody observing and under the preload with all signals exported, each in a process of its own. Of honest messages
 * the difference is what recording costs; hostile ones are to cost no more than that, within a fifth of the whole.
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
  /** Bytes of heap that are still held when all is over. */
  readonly grown: number;
}
interface Pair {
  readonly plain: Cost;
  readonly observed: Cost;
}

const [first = "100000", ...words] = process.argv.slice(2);
const count = Number(first);
/** Of the time and memory without us and what recording honest messages costs. */
const MAY_EXCEED = 0.2;
/** Queues, and the last seconds of what is exported. */
const SLACK_BYTES = 8 * 1024 * 1024;

// A collector that takes everything and keeps nothing.
const sink = createServer((request, response) => {
  request.resume().on("end", () => response.end());
}).listen(0, "127.0.0.1");
await once(sink, "listening");
const endpoint = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;

const ROUNDS = 2;
const pairs = new Map<string, Pair>();
const kinds = Object.entries(KINDS).filter(
  ([kind, { honest }]) => honest === undefined || words.every((word) => kind.includes(word)),
);
try {
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [kind] of kinds) pairs.set(kind, least(pairs.get(kind), await attackBoth(kind)));
} finally {
  sink.close();
}
const HEAD = ["message", "µs each, plain", "with us", "allowed", "heap held, plain", "with us", "verdict"];
console.log(`${count} messages of each kind; CPU time, and heap held two seconds after the last\n`);
console.log(
  renderTable(
    HEAD,
    kinds.map(([kind, { honest }]) =>
      describe(kind, pairOf(kind), honest === undefined ? undefined : pairOf(honest)),
    ),
  ),
);

function pairOf(kind: string): Pair {
  const pair = pairs.get(kind);
  if (pair === undefined) throw new Error(`no kind is called ${kind}`);
  return pair;
}

async function attackBoth(kind: string): Promise<Pair> {
  return {
    plain: await attack(kind, []),
    observed: await attack(kind, ["--import", "mcp-otelkit/register"]),
  };
}

/** Whatever else the machine does makes it more, never less. */
function least(before: Pair | undefined, now: Pair): Pair {
  if (before === undefined) return now;
  const of = (one: Cost, other: Cost): Cost => ({
    cpuMs: Math.min(one.cpuMs, other.cpuMs),
    grown: Math.min(one.grown, other.grown),
  });
  return { plain: of(before.plain, now.plain), observed: of(before.observed, now.observed) };
}

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
