/**
 * `npm run prove -- soak`: a million calls over one connection and a hundred thousand connections of one call, under the
 * preload with all three signals exported, then a shorter run of each in which everything that could grow is counted.
 * Prints tables; exits 1 when memory or anything counted has grown. A word: by how much to divide the numbers of the long
 * runs, or `counted` for the short ones alone (memory settles late, so a much shorter long run proves nothing).
 */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { renderTable } from "../matrix/table.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const [word = "1"] = process.argv.slice(2);
const divisor = Number(word);
/** Of the level after warming up. */
const MAY_GROW = 0.1;
/** Noise of a process that holds a little more or less at the moment it is asked: connections of exporters, code. */
const SLACK_BYTES = 4 * 1024 * 1024;
/** Exemplars, one for each bucket of a histogram, and what the last seconds made and nobody has confirmed yet. */
const ENTRIES_MAY_GROW = 20;
const COUNTED = ["--import", "./count-entries.mjs"];

interface Level {
  readonly rss: number;
  readonly heapUsed: number;
  readonly listeners: number;
  readonly timers: number;
  readonly onTransports: number;
  readonly entries: { readonly alive: number; readonly entries: number } | null;
}

interface Soaked {
  readonly what: string;
  readonly total: number;
  readonly before: Level;
  readonly after: Level;
  readonly perSecond: number;
}

// A collector that takes everything and keeps nothing.
const sink = createServer((request, response) => {
  request
    .resume()
    .on("end", () => response.writeHead(200, { "content-type": "application/x-protobuf" }).end());
});
sink.listen(0, "127.0.0.1");
await once(sink, "listening");
const endpoint = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;

const failures: string[] = [];
try {
  const long =
    word === "counted"
      ? []
      : [await soak("calls", 1_000_000 / divisor), await soak("connections", 100_000 / divisor)];
  const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const head = [
    "soak",
    "times",
    "per second",
    "resident, warm",
    "at the end",
    "grown",
    "heap, warm",
    "at the end",
  ];
  console.log(
    renderTable(
      head,
      long.map(({ what, total, before, after, perSecond }) => [
        what,
        String(total),
        perSecond.toFixed(0),
        megabytes(before.rss),
        megabytes(after.rss),
        `${((after.rss / before.rss - 1) * 100).toFixed(1)} %`,
        megabytes(before.heapUsed),
        megabytes(after.heapUsed),
      ]),
    ),
  );
  for (const { what, before, after } of long)
    if (after.rss > before.rss * (1 + MAY_GROW) + SLACK_BYTES)
      failures.push(`${what}: resident memory has grown`);

  const counted = [await soak("calls", 25_000, COUNTED), await soak("connections", 7000, COUNTED)];
  console.log(
    `\n${renderTable(
      [
        "counted",
        "times",
        "listeners",
        "timers",
        "properties of the transports",
        "maps and sets of ours",
        "their entries",
      ],
      counted.map(({ what, total, before, after }) => {
        const moved = (read: (level: Level) => number | undefined, mayGrow = 0): string => {
          const [from = 0, to = 0] = [read(before), read(after)];
          if (to > from + mayGrow) failures.push(`${what}: ${from} -> ${to}, which should not grow`);
          return `${from} -> ${to}`;
        };
        return [
          what,
          String(total),
          moved((level) => level.listeners),
          moved((level) => level.timers),
          moved((level) => level.onTransports),
          moved((level) => level.entries?.alive),
          moved((level) => level.entries?.entries, ENTRIES_MAY_GROW),
        ];
      }),
    )}`,
  );
} finally {
  sink.close();
}
console.log(failures.length === 0 ? "\nnothing has grown" : `\n${failures.join("\n")}`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function soak(what: string, total: number, preloads: readonly string[] = []): Promise<Soaked> {
  const words = [...preloads, "--import", "mcp-otelkit/register", "program.mjs", what, String(total)];
  const child = spawn(process.execPath, words, {
    cwd: FOLDER,
    stdio: ["ignore", "pipe", "ignore"], // log lines are made and go nowhere
    env: {
      PATH: process.env["PATH"],
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: "5000",
      OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
    },
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (stdout === "") throw new Error(`${what}: ended with ${code} before it could tell`);
  return JSON.parse(stdout) as Soaked;
}
