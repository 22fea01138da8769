/** What the exit matrix is made of. Another way to end, or another kind of collector, is a row here. */
import type { NodeMajor } from "../support/homes.ts";

export const ENDING_NAMES = [
  "stdin end",
  "SIGTERM",
  "SIGINT",
  "process.exit",
  "process.exit, no flush",
  "uncaught exception",
  "parent killed",
] as const;
export type Ending = (typeof ENDING_NAMES)[number];
export type Arrived = "spans" | "metrics" | "logs";

interface EndingRow {
  /** The tool whose call ends the server. */
  readonly calls?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What must have arrived, with a collector that is there. */
  readonly delivers: readonly Arrived[];
}

export const ENDINGS: Readonly<Record<Ending, EndingRow>> = {
  "stdin end": { delivers: ["spans", "metrics", "logs"] },
  SIGTERM: { delivers: ["spans", "metrics", "logs"] },
  SIGINT: { delivers: ["spans", "metrics", "logs"] },
  "process.exit": { calls: "exit", delivers: ["spans", "logs"] },
  "process.exit, no flush": {
    calls: "exit",
    env: { OTEL_INSTRUMENTATION_MCP_FLUSH_ON_EXIT: "off" },
    delivers: [],
  },
  "uncaught exception": { calls: "crash", delivers: ["spans", "logs"] },
  "parent killed": { delivers: ["spans", "metrics", "logs"] },
};

export const COLLECTORS = ["alive", "refused", "black hole", "503"] as const;
export type CollectorKind = (typeof COLLECTORS)[number];

export const PROTOCOLS = { grpc: "gRPC", "http/protobuf": "http" } as const;
export type Protocol = keyof typeof PROTOCOLS;

export const NODES: readonly NodeMajor[] = [20, 24];

export interface Cell {
  readonly node: NodeMajor;
  readonly ending: Ending;
  readonly protocol: Protocol;
  readonly collector: CollectorKind;
}

export const PROTOCOL_NAMES = Object.keys(PROTOCOLS) as Protocol[];

export function everyCell(): Cell[] {
  return NODES.flatMap((node) =>
    ENDING_NAMES.flatMap((ending) =>
      PROTOCOL_NAMES.flatMap((protocol) =>
        COLLECTORS.map((collector): Cell => ({ node, ending, protocol, collector })),
      ),
    ),
  );
}

export function describeCell({ node, ending, protocol, collector }: Cell): string {
  return `Node ${node} ${ending} ${PROTOCOLS[protocol]} ${collector}`;
}
