// What something that stands between adds to a call: the contenders take turns call by call, so that whatever else the machine does
// meets all of them alike.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { renderTable } from "../test/matrix/table.ts";

export interface Contender {
  readonly name: string;
  /** Makes one call, and resolves when it has been answered. */
  readonly call: (id: number) => Promise<void>;
}

const WARM_UP = 500;

/** Prints a table; the first contender is the one that nothing is added to. */
export async function measureAdded(
  what: string,
  contenders: readonly Contender[],
  calls: number,
): Promise<void> {
  const times: number[][] = contenders.map(() => []);
  for (let id = 1; id <= calls + WARM_UP; id += 1)
    for (const [at, { call }] of contenders.entries()) {
      const since = performance.now();
      await call(id);
      if (id > WARM_UP) times[at]?.push(performance.now() - since);
    }
  const [direct = []] = times;
  const shares = [0.5, 0.99] as const;
  const rows = contenders.map(({ name }, row) => {
    const own = times[row] ?? [];
    return [
      name,
      ...shares.map((share) => shareOf(own, share).toFixed(2)),
      ...shares.map((share) => (row === 0 ? "" : (shareOf(own, share) - shareOf(direct, share)).toFixed(2))),
    ];
  });
  console.log(renderTable([what, "median ms", "p99 ms", "adds: median ms", "adds: p99 ms"], rows));
  console.log(
    `\n${calls} calls each after ${WARM_UP} others, in turns; goal: adds less than 1 ms at the median and 3 ms at p99; Node ${process.version}`,
  );
}

function shareOf(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

const SINK = `require("http").createServer((q, r) => q.resume().on("end", () => r.writeHead(200, { "content-type": "application/x-protobuf" }).end()))
  .listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;

/** Takes what is exported, in a process of its own: this one has to be free when an answer comes. */
export async function startSink() {
  const sink = spawn(process.execPath, ["-e", SINK], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(sink.stdout, "data")) as [Buffer];
  const common = {
    OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
    OTEL_SERVICE_NAME: "bench",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(port).trim()}`,
  };
  const exporting = (traces: string, others: string): Record<string, string> => ({
    ...common,
    OTEL_TRACES_EXPORTER: traces,
    OTEL_METRICS_EXPORTER: others,
    OTEL_LOGS_EXPORTER: others,
  });
  return {
    /** Settings to compare: nothing of ours, spans alone, everything. */
    settings: {
      "OTEL_SDK_DISABLED=true": { ...common, OTEL_SDK_DISABLED: "true" },
      traces: { ...exporting("otlp", "none"), LOG_LEVEL: "off" },
      "all three signals and log lines": exporting("otlp", "otlp"),
    } as Readonly<Record<string, Record<string, string>>>,
    stop: () => void sink.kill(),
  };
}
