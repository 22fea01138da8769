// `npm run bench -- stack scale`: measures what docs/scale.md is made of, and writes it there, with the machine that it was measured on.
import { cpus, loadavg, totalmem } from "node:os";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Programs } from "./back-ends.ts";
import { bytes } from "./bytes.ts";
import { gateways, type Grown } from "./gateways.ts";
import { MEASURED_NAMES, sizesOf, type Measured } from "./sizes.ts";

const PAGE = fileURLToPath(new URL("../../docs/scale.md", import.meta.url));

export async function scale(programs: Programs): Promise<void> {
  const machine = describeMachine();
  const grown = await gateways(programs);
  console.log("");
  const measured = whole({ callsPerCore: grown.callsPerCore, ...(await bytes(programs)) });
  const words = MEASURED_NAMES.map((name) => `--${name} ${measured[name]}`).join(" ");
  const page = readFileSync(PAGE, "utf8")
    .replace(/(?<=`npm run bench -- stack sizes)[^`]*(?=` prints)/, () => ` ${words}`)
    .replace(marked("measured"), () => measuredTable(machine, measured, grown))
    .replace(marked("sizes"), () => sizesOf(measured));
  writeFileSync(PAGE, page);
  console.log(`\nwritten: docs/scale.md (${words})`);
}

const marked = (name: string): RegExp =>
  new RegExp(`(?<=<!-- table: ${name} -->\\n)[^]*?(?=\\n<!-- /table -->)`);

function whole(measured: Measured): Measured {
  return Object.fromEntries(
    MEASURED_NAMES.map((name) => [name, Math.round(measured[name])]),
  ) as unknown as Measured;
}

function measuredTable(machine: string, measured: Measured, grown: Grown): string {
  const growth = grown.times.map(({ gateways: count, times }) => `${count}: ${times.toFixed(2)}`).join(", ");
  const rows = [
    ["machine", machine],
    ["tool calls for each second of a gateway's core (`callsPerCore`)", String(measured.callsPerCore)],
    ["calls a second of one gateway that is not held back", grown.callsPerSecond.toFixed(0)],
    ["its peak memory", `${grown.peakMebibytes.toFixed(0)} MiB`],
    ["gateways behind the load balancer: times the calls of one", growth],
    ["OTLP of a call, plain (`plain`) and gzip (`gzip`)", `${measured.plain} B, ${measured.gzip} B`],
    ["on disk, a call: Jaeger with badger (`traces`)", `${measured.traces} B`],
    ["VictoriaLogs (`logs`)", `${measured.logs} B`],
    ["series of a process (`series`)", String(measured.series)],
  ];
  return ["| measured | |", "|---|---|", ...rows.map((cells) => `| ${cells.join(" | ")} |`)].join("\n");
}

/** Other programs count as well: the load says whether they were there. */
function describeMachine(): string {
  const cores = cpus();
  const [, load = 0] = loadavg();
  return `${cores.length} cores of ${cores[0]?.model.trim() ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}; load before it began ${load.toFixed(1)}`;
}
