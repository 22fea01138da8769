// A log line, its log record, its span and its metric exemplar lead to each other: one trace id, from the client to the server.
import { expect, it } from "vitest";
import { pageOf } from "../support/page.ts";
import { converse, type Conversation } from "./converse.ts";
import type { Setting } from "./settings.ts";
import { describeWay, WAYS, type Way } from "./ways.ts";
import { describeVariants } from "../support/variants.ts";

/** As a user has it, in a format that we read. */
const READABLE: Setting = {
  name: "readable",
  env: { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
  lets: [],
  quiet: true,
};
/** A tool that the conversation calls once. */
const TOOL = "report";

interface Attributes {
  readonly attributes?: readonly {
    readonly key: string;
    readonly value: Readonly<Record<string, unknown>>;
  }[];
}
interface Wire extends Attributes {
  readonly resource: Attributes;
  readonly scopeSpans?: readonly { readonly spans: readonly WireSpan[] }[];
  readonly scopeLogs?: readonly { readonly logRecords: readonly WireRecord[] }[];
}
interface WireSpan extends Attributes {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
}
interface WireRecord extends Attributes {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly eventName?: string;
}
type Line = Readonly<Record<string, unknown>>;

const SERVER_KIND = 2;
const CLIENT_KIND = 3;

// The last, since each way before it is an older one.
describeVariants(
  WAYS.toReversed().map((way) => [describeWay(way), way] as [string, Way]),
  {},
  (_title, way) => {
    it("has one trace id on spans, records, lines and exemplars of one tool call", async () => {
      const call = await observeCall(way);

      const { client, server } = call.spans;
      expect(server.traceId).toBe(client.traceId);
      expect(server.parentSpanId).toBe(client.spanId);

      expect(call.records.client).toEqual({ traceId: client.traceId, spanId: client.spanId });
      expect(call.records.server).toEqual({ traceId: server.traceId, spanId: server.spanId });

      expect(call.lines.client).toEqual({ trace_id: client.traceId, span_id: client.spanId });
      expect(call.lines.server).toEqual({ trace_id: server.traceId, span_id: server.spanId });

      expect(call.exemplars.server).toEqual([{ trace_id: server.traceId, span_id: server.spanId }]);
      // OpenTelemetry's SDK for JavaScript exports none as yet; should it begin to, they lead to spans as well.
      expect(call.exemplars.exported.filter((traceId) => !call.traces.has(traceId))).toEqual([]);
    });
  },
);

async function observeCall(way: Way) {
  const conversation = await converse(way, READABLE);
  return {
    spans: {
      client: spanOf(conversation, "client", CLIENT_KIND),
      server: spanOf(conversation, "server", SERVER_KIND),
    },
    records: { client: recordOf(conversation, "client"), server: recordOf(conversation, "server") },
    lines: { client: lineOf(conversation, "client"), server: lineOf(conversation, "server") },
    exemplars: { server: exemplarsOf(conversation, "server"), exported: tracesIn(conversation, "metrics") },
    traces: new Set(tracesIn(conversation, "traces")),
  };
}

function spanOf(conversation: Conversation, who: string, kind: number): WireSpan {
  const spans = exported(conversation, "traces", who)
    .flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap((scope) => scope.spans))
    .filter((span) => span.kind === kind && calls(span));
  return only(spans, `${who}'s span`);
}

function recordOf(conversation: Conversation, who: string): Line {
  const records = exported(conversation, "logs", who)
    .flatMap(({ scopeLogs = [] }) => scopeLogs.flatMap((scope) => scope.logRecords))
    .filter((record) => calls(record) && record.eventName?.endsWith("completed") === true);
  const { traceId, spanId } = only(records, `${who}'s record`);
  return { traceId, spanId };
}

function lineOf({ pieces }: Conversation, who: string): Line {
  const lines = pieces
    .filter((piece) => piece.channel === "stderr" && piece.who === who)
    .flatMap(({ text }) => text.split("\n").filter((line) => line.startsWith("{")))
    .map((line) => JSON.parse(line) as Line)
    .filter(({ message, tool }) => message === "Tool call completed" && tool === TOOL);
  const { trace_id, span_id, ...line } = only(lines, `${who}'s line`);
  expect(line).toMatchObject({
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
    level: "INFO",
    server: "canary-server",
    version: "1.0.0",
    request_id: expect.any(String) as unknown,
    duration_ms: expect.any(Number) as unknown,
  });
  return { trace_id, span_id };
}

/** Of the buckets that tell of this tool and no other. */
function exemplarsOf({ pieces }: Conversation, who: string): Line[] {
  const text =
    pieces.find((piece) => piece.channel === "/metrics (OpenMetrics)" && piece.who === who)?.text ?? "";
  const page = pageOf(text.slice(text.indexOf("\n") + 1), { openMetrics: true });
  return page
    .samples("mcp_server_operation_duration_seconds_bucket", { gen_ai_tool_name: TOOL })
    .flatMap(({ exemplar }) => (exemplar === undefined ? [] : [exemplar.labels]));
}

/** The trace ids that an export names: its spans', or those of its exemplars. */
function tracesIn({ pieces }: Conversation, channel: string): string[] {
  const bodies = pieces.filter((piece) => piece.channel === channel);
  return bodies.flatMap(({ text }) => Array.from(text.matchAll(/"traceId":"(\w+)"/g), ([, id = ""]) => id));
}

function exported({ pieces }: Conversation, channel: string, who: string): Wire[] {
  return pieces
    .filter((piece) => piece.channel === channel)
    .flatMap(({ text }) => Object.values(JSON.parse(text) as Record<string, Wire[]>).flat())
    .filter(({ resource }) => valueOf(resource, "service.name") === who);
}

function calls(one: Attributes): boolean {
  return valueOf(one, "mcp.method.name") === "tools/call" && valueOf(one, "gen_ai.tool.name") === TOOL;
}

function valueOf({ attributes = [] }: Attributes, name: string): unknown {
  return attributes.find(({ key }) => key === name)?.value["stringValue"];
}

function only<T>(found: readonly T[], what: string): T {
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} of ${what}`);
  return first;
}
