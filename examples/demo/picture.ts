import { styleText } from "node:util";
import { render, type Part } from "../../test/support/render.ts";
import type { SeenSpan } from "../../test/support/seen-span.ts";
import { CAST } from "./cast.ts";

export interface Look {
  /** Everything that was recorded: all attributes, all HTTP spans, lines as long as they get. */
  full: boolean;
  colour: boolean;
}

const WIDTH = 138;
const COLOURS = {
  trace: ["bold"],
  service: ["cyan"],
  branch: ["dim"],
  kind: ["dim"],
  name: [],
  error: ["red", "bold"],
  duration: ["yellow"],
  attributes: ["dim"],
  event: ["magenta"],
} as const satisfies Record<Part, Parameters<typeof styleText>[0]>;

export function drawTraces(spans: SeenSpan[], { full, colour }: Look): string {
  const paint = (part: Part, text: string) =>
    colour ? styleText([...COLOURS[part]], text, { validateStream: false }) : text;
  const shown = full ? spans : withoutCarriers(spans).map(withFewAttributes);
  return render(shown, { services: true, durations: true, paint, ...(full ? {} : { width: WIDTH }) });
}

export function describeCast({ colour }: Look): string {
  const name = (text: string) => (colour ? styleText("cyan", text, { validateStream: false }) : text);
  return CAST.map(([service, what]) => `  ${name(service.padEnd(17))}${what}`).join("\n");
}

export function describeCounts(spans: SeenSpan[], { full }: Look): string {
  const distinct = (of: (span: SeenSpan) => string) => new Set(spans.map(of)).size;
  const errors = spans.filter((span) => span.status.code === "ERROR").length;
  const traces = `${distinct((span) => span.traceId)} traces across ${distinct((span) => span.service)} services`;
  const counts = `${spans.length} spans in ${traces}, ${errors} of them errors (on purpose).`;
  const carriers = spans.filter(isCarrier).length;
  if (full || carriers === 0) return counts;
  return `${counts}\nLeft out above: ${carriers} spans of HTTP requests that only carried MCP messages. npm run demo -- --full shows them.`;
}

/** The HTTP request that a message of MCP over HTTP travels in. */
function isCarrier({ scope, attributes }: SeenSpan): boolean {
  const url =
    attributes["url.path"] ?? attributes["url.full"] ?? attributes["http.target"] ?? attributes["http.url"];
  return scope.startsWith("@opentelemetry/instrumentation-") && String(url).endsWith("/mcp");
}

/** What a carrier had under it moves up to the nearest span that stays. */
function withoutCarriers(spans: SeenSpan[]): SeenSpan[] {
  const carriers = new Map(spans.filter(isCarrier).map((span) => [span.spanId, span]));
  return spans
    .filter((span) => !isCarrier(span))
    .map(({ parentSpanId: parent, ...span }) => {
      let parentSpanId = parent;
      while (parentSpanId !== undefined && carriers.has(parentSpanId))
        parentSpanId = carriers.get(parentSpanId)?.parentSpanId;
      return parentSpanId === undefined ? span : { ...span, parentSpanId };
    });
}

const ALWAYS = /^(error\.type|mcp\.resource\.(uri|template)|http\.response\.status_code|exception\.type)$/;
/** Said once, where the two sides meet. */
const ON_MEETING = /^(mcp\.protocol\.version|network\.transport)$/;
const MEETING = /^(initialize|server\/discover)$/;

/** What a reader looks for first, so that a line fits on a screen. */
function withFewAttributes(span: SeenSpan): SeenSpan {
  const chosen = (key: string) => {
    if (key === "mcp.resource.uri" && span.attributes["mcp.resource.template"] !== undefined) return false;
    // A name that is not registered stays out of the span's name, since a peer can invent any number of names.
    if (key === "gen_ai.tool.name") return span.name === "tools/call";
    if (key === "rpc.response.status_code") return span.attributes["error.type"] === undefined;
    return ALWAYS.test(key) || (MEETING.test(span.name) && ON_MEETING.test(key));
  };
  const few = (attributes: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(attributes).filter(([key]) => chosen(key)));
  const events = span.events.map((event) => ({ ...event, attributes: few(event.attributes) }));
  return { ...span, attributes: few(span.attributes), status: { code: span.status.code }, events, links: [] };
}
