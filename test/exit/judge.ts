import { ENDINGS, type Arrived, type Cell } from "./cells.ts";
import { startCollector, type Collector } from "./collector.ts";
import { endServer, type Ended, type How } from "./run.ts";

/** The result of a cell. */
export interface Verdict {
  readonly without: Ended;
  readonly withUs: Ended;
  /** Of several runs, the median of each. */
  readonly ms: { readonly without: number; readonly withUs: number };
  /** What arrived in every run. */
  readonly delivered: readonly Arrived[];
  readonly faults: readonly string[];
  readonly slow: boolean;
}

/** With a collector, the end may take this much longer than without mcp-otelkit; without a collector, this long in total. */
const ALIVE_EXTRA_MS = 150;
const DEAD_MS = 2000;

/** With a reachable collector the difference counts: several runs, alternately with and without mcp-otelkit. */
export async function judgeCell(cell: Cell, how: Required<Omit<How, "env">>): Promise<Verdict> {
  const rounds = cell.collector === "alive" ? 3 : 1;
  const pairs: { without: Ended; withUs: Ended; delivered: Arrived[] }[] = [];
  for (let round = 0; round < rounds; round++) {
    const without = await endServer(cell.ending, { node: how.node, folder: how.folder });
    pairs.push({ without, ...(await endWithUs(cell, how)) });
  }
  const delivered = (["spans", "metrics", "logs"] as const).filter((signal) =>
    pairs.every((pair) => pair.delivered.includes(signal)),
  );
  const ms = {
    without: median(pairs.map(({ without }) => without.ms)),
    withUs: median(pairs.map(({ withUs }) => withUs.ms)),
  };
  const [first] = pairs;
  if (first === undefined) throw new Error("no rounds");
  return {
    ...first,
    ms,
    delivered,
    faults: [...new Set(pairs.flatMap((pair) => faultsOf(cell, pair)))],
    slow: cell.collector === "alive" ? ms.withUs - ms.without > ALIVE_EXTRA_MS : ms.withUs > DEAD_MS,
  };
}

async function endWithUs(
  cell: Cell,
  { node, folder, preload }: Required<Omit<How, "env">>,
): Promise<{ withUs: Ended; delivered: Arrived[] }> {
  const collector = await startCollector(cell.collector, cell.protocol);
  try {
    const env = {
      ...ENDINGS[cell.ending].env,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: cell.protocol,
    };
    const withUs = await endServer(cell.ending, { node, folder, preload, env });
    return { withUs, delivered: deliveredTo(collector, cell) };
  } finally {
    await collector.close();
  }
}

/** Spans count as delivered when all of them are there; of metrics and log records there is one export, or none. */
function deliveredTo(collector: Collector, cell: Cell): Arrived[] {
  const { calls } = ENDINGS[cell.ending];
  const last = calls === undefined ? [] : [`tools/call ${calls}`];
  const wanted = ["initialize", "notifications/initialized", "tools/call add", ...last];
  const spans = collector.spans().toSorted().join() === wanted.join();
  return (["spans", "metrics", "logs"] as const).filter((signal) =>
    signal === "spans" ? spans : collector.arrived().has(signal),
  );
}

function faultsOf(
  cell: Cell,
  { without, withUs, delivered }: { without: Ended; withUs: Ended; delivered: Arrived[] },
): string[] {
  const faults: string[] = [];
  if (withUs.status !== without.status)
    faults.push(
      `ended with ${withUs.status}, without us with ${without.status}: ${withUs.stderr.slice(-300)}`,
    );
  if (fatalIn(withUs.stderr) !== fatalIn(without.stderr))
    faults.push(`died with the words "${fatalIn(withUs.stderr)}", without us "${fatalIn(without.stderr)}"`);
  if (cell.collector === "alive") {
    const missing = ENDINGS[cell.ending].delivers.filter((signal) => !delivered.includes(signal));
    if (missing.length > 0) faults.push(`not delivered: ${missing.join(", ")}; ${withUs.stderr.slice(-300)}`);
  } else {
    // For many failed deliveries, the operator gets one line.
    const told = withUs.stderr
      .split("\n")
      .filter((line) => /^mcp-otelkit: (cannot deliver|the last )/.test(line));
    if (told.length > 1) faults.push(`told ${told.length} times: ${told.join(" | ")}`);
  }
  return faults;
}

/**
 * The text that Node prints for an error that ends it, from the place in the source to the version. Without Node's
 * own frames: up to Node 22 there is one more where AsyncLocalStorage is used, as OpenTelemetry's context does.
 */
function fatalIn(stderr: string): string | undefined {
  return /^file:.*\n[\s\S]*^Node\.js v.*$/m.exec(stderr)?.[0].replaceAll(/^ +at .*\(node:internal.*\n/gm, "");
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
