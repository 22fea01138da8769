import type { SeenSpan } from "../support/seen-span.ts";
import type { Cell } from "./cells.ts";
import type { Conversation, Ended } from "./conversation.ts";
import { expectedMessages, expectedSpans, spanLine } from "./expected.ts";

export const OUR_SCOPE = "mcp-otelkit";

/** Everything that is wrong with how a cell went; empty when nothing is. */
export function faultsOf(cell: Cell, conversation: Conversation, all: SeenSpan[]): string[] {
  const spans = all.filter((span) => span.scope === OUR_SCOPE);
  return [
    ...faultsOfProcesses(cell, conversation),
    ...conversation.pipes.flatMap(({ toClient }) =>
      strayLines(toClient).map((line) => `not protocol on stdout: ${line}`),
    ),
    ...conversation.memory.flatMap(({ changedTo, sent }) =>
      changedTo === undefined ? [] : [`a message was changed after it was sent: ${sent}`],
    ),
    ...differences(expectedSpans(cell), spans.map(lineOf)),
    ...faultsOfPairs(cell, spans),
  ];
}

/** Lines that are not JSON-RPC, and a last one that is not ended. */
export function strayLines(stdout: string): string[] {
  const lines = stdout.split("\n");
  const open = lines.pop();
  return [...lines.filter((line) => !isJsonRpc(line)), ...(open === "" || open === undefined ? [] : [open])];
}

function isJsonRpc(line: string): boolean {
  try {
    return (JSON.parse(line) as { jsonrpc?: unknown } | null)?.jsonrpc === "2.0";
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function faultsOfProcesses(cell: Cell, { client, servers, transcript }: Conversation): string[] {
  const finished = transcript.at(-1) === '{"step":"close","ok":true}';
  return [
    ...(client.code === 0 ? [] : [`the client ended with ${howEnded(client)}: ${client.stderr.slice(-300)}`]),
    ...(finished ? [] : [`the conversation stopped after ${transcript.at(-1) ?? "nothing"}`]),
    ...servers.flatMap((server, n) => {
      const wanted = wantedEnds(cell, n);
      if (wanted.includes(howEnded(server))) return [];
      return [
        `server ${n} ended with ${howEnded(server)}, not ${wanted.join(" or ")}: ${server.stderr.slice(-300)}`,
      ];
    }),
  ];
}

/**
 * As without mcp-otelkit: the client of SDK 1.10.2 ends its server with SIGTERM; the first server of a 2026-07-28
 * client over stdio is a probe, which gets the end of its stdin and SIGTERM at once.
 */
function wantedEnds({ sdk, way }: Cell, server: number): string[] {
  if (way === "stdio" && sdk === "v1-oldest") return ["SIGTERM"];
  return way === "stdio-modern" && server === 0 ? ["0", "SIGTERM"] : ["0"];
}

function howEnded({ code, signal }: Ended): string {
  return signal ?? String(code);
}

export function lineOf({ kind, name, attributes }: SeenSpan): string {
  const errorType = attributes["error.type"];
  return spanLine(
    kind,
    name,
    errorType === undefined ? undefined : JSON.stringify(errorType).replaceAll('"', ""),
  );
}

/** What of two multisets is only in one. */
function differences(wanted: string[], seen: string[]): string[] {
  const missing = [...wanted];
  const extra = seen.filter((line) => {
    const at = missing.indexOf(line);
    if (at >= 0) missing.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((line) => `missing: ${line}`), ...extra.map((line) => `unexpected: ${line}`)];
}

/** Every message that reached the other side is one CLIENT span with one SERVER child of the same name, in one trace. */
function faultsOfPairs(cell: Cell, spans: SeenSpan[]): string[] {
  const alone = new Set(
    expectedMessages(cell).flatMap(({ name, only }) => (only ? [`${only} ${name}`] : [])),
  );
  const mayBeAlone = ({ kind, name }: SeenSpan) => alone.has(`${kind} ${name}`);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const faults: string[] = [];
  for (const span of spans) {
    if (span.kind === "CLIENT") {
      // A message without a sender's span is a child of whatever was active: of a stream's request, for one.
      const children = spans.filter(
        (other) => other.kind === "SERVER" && other.parentSpanId === span.spanId && !mayBeAlone(other),
      );
      if (children.length !== 1 && !mayBeAlone(span))
        faults.push(`${lineOf(span)} has ${children.length} SERVER children`);
      for (const child of children) {
        if (child.name !== span.name) faults.push(`${lineOf(span)} has the child ${lineOf(child)}`);
        if (child.traceId !== span.traceId) faults.push(`${lineOf(span)} and its child are in two traces`);
        if (child.service === span.service && cell.way !== "memory")
          faults.push(`${lineOf(span)} and its child are of one process`);
      }
    } else if (span.kind === "SERVER") {
      if (byId.get(span.parentSpanId ?? "")?.kind !== "CLIENT" && !mayBeAlone(span))
        faults.push(`${lineOf(span)} has no CLIENT parent`);
    } else faults.push(`${lineOf(span)} is neither CLIENT nor SERVER`);
  }
  return faults;
}
