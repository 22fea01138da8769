/**
 * `npm run prove -- faults`: 10,000 faults at random (any function of mcp-otelkit, any OpenTelemetry call, any
 * exporter throws, hangs or returns nonsense) while MCP conversations run over a recorded wire. Prints a table, exits
 * 1 when a conversation differs from one without mcp-otelkit. Words: how many faults, the first seed.
 */
import { renderTable } from "../matrix/table.ts";
import { complaintsOf, runFaults, type Generation, type Verdict } from "./run.ts";

const [wanted = "10000", firstSeed = String(Date.now() % 100_000)] = process.argv.slice(2);
const RATES = [0.3, 1, 3, 10];
const GENERATIONS: readonly Generation[] = ["v1", "v2"];
const share = Math.ceil(Number(wanted) / (RATES.length * GENERATIONS.length));

const rows: string[][] = [];
const complaints: string[] = [];
const kinds: Record<string, number> = {};
let total = 0;
for (const generation of GENERATIONS)
  for (const [at, rate] of RATES.entries()) {
    const seed = Number(firstSeed) + at;
    const verdict = await runFaults(generation, seed, rate, share).catch((error: unknown) => hung(error));
    const wrong = complaintsOf(verdict);
    complaints.push(...wrong.map((line) => `${generation}, seed ${seed}, ${rate} %: ${line}`));
    for (const [kind, count] of Object.entries(verdict.counts)) kinds[kind] = (kinds[kind] ?? 0) + count;
    total += verdict.total;
    rows.push(
      [
        generation,
        `${rate} %`,
        seed,
        verdict.conversations,
        verdict.places,
        verdict.total,
        verdict.different.length + verdict.afterwards.length,
        verdict.unhandled.length,
      ].map(String),
    );
  }

const HEAD = [
  "SDK",
  "calls that fail",
  "seed",
  "conversations",
  "places",
  "faults",
  "differences",
  "unhandled",
];
console.log(renderTable(HEAD, rows));
console.log(
  `\n${renderTable(
    ["kind of fault", "times"],
    Object.entries(kinds).map((row) => row.map(String)),
  )}`,
);
console.log(`\n${total} faults, ${complaints.length} complaints`);
for (const line of complaints) console.log(line);
process.exitCode = complaints.length === 0 && total >= Number(wanted) ? 0 : 1;

function hung(error: unknown): Verdict {
  const none = {
    conversations: 0,
    total: 0,
    counts: {},
    places: 0,
    stable: [],
    afterwards: [],
    unhandled: [],
  };
  return { ...none, different: [{ got: `no answer: ${String(error).slice(0, 300)}` }] };
}
