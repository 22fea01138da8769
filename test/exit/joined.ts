/**
 * Joined to an application's own SDK, by how that application ends it: alone and with the preload. Its exporters wait for a
 * collector as long as they are set to, and what the preload adds to that is at most its own deadline.
 */
import { startCollector } from "./collector.ts";
import { COLLECTORS, type CollectorKind, type Ending } from "./cells.ts";
import { endServer, type Ended, type How } from "./run.ts";

export const THEIR_ENDS = {
  "forgets to": { ending: "stdin end", env: {} },
  "at beforeExit": { ending: "stdin end", env: { THEIR_END: "beforeExit" } },
  "at SIGTERM": { ending: "SIGTERM", env: { THEIR_END: "SIGTERM" } },
  "forgets to, SIGTERM": { ending: "SIGTERM", env: {} },
} as const satisfies Record<string, { ending: Ending; env: object }>;
export type TheirEnd = keyof typeof THEIR_ENDS;

export interface JoinedVerdict {
  readonly end: TheirEnd;
  readonly collector: CollectorKind;
  readonly alone: Ended;
  readonly joined: Ended;
  readonly faults: readonly string[];
}

const THEIRS_MS = 3000;
/** A deadline, and what a preload takes to end. */
const MAY_ADD_MS = 2000;

export function everyJoined(): { end: TheirEnd; collector: CollectorKind }[] {
  return (Object.keys(THEIR_ENDS) as TheirEnd[]).flatMap((end) =>
    COLLECTORS.map((collector) => ({ end, collector })),
  );
}

export async function judgeJoined(
  { end, collector: kind }: { end: TheirEnd; collector: CollectorKind },
  { node, folder, preload }: Required<Omit<How, "env">>,
): Promise<JoinedVerdict> {
  const { ending, env } = THEIR_ENDS[end];
  const collector = await startCollector(kind, "http/protobuf");
  const theirs = {
    node,
    folder,
    env: {
      ...env,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: String(THEIRS_MS), // their retries wait a random time up to this
      NODE_OPTIONS: "--import=./their-sdk.mjs",
    },
  };
  try {
    const alone = await endServer(ending, theirs);
    const joined = await endServer(ending, { ...theirs, preload });
    return { end, collector: kind, alone, joined, faults: faultsOf(alone, joined) };
  } finally {
    await collector.close();
  }
}

function faultsOf(alone: Ended, joined: Ended): string[] {
  const faults: string[] = [];
  if (joined.status !== alone.status)
    faults.push(`ended with ${joined.status}, alone with ${alone.status}: ${joined.stderr.slice(-300)}`);
  if (joined.stdout !== alone.stdout) faults.push(`on stdout: ${joined.stdout.slice(-300)}`);
  const most = alone.ms < MAY_ADD_MS ? MAY_ADD_MS : THEIRS_MS + MAY_ADD_MS;
  if (joined.ms > most) faults.push(`took ${Math.round(joined.ms)} ms, alone ${Math.round(alone.ms)} ms`);
  return faults;
}
