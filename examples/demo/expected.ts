import type { SeenSpan } from "../../test/support/seen-span.ts";

type Expected = [service: string, kind: SeenSpan["kind"], name: string, error?: string];

/** What has to arrive for the demo to be what it says, one list per conversation: all of a list in one trace. */
const EXPECTED: Record<string, Expected[]> = {
  "a session over stdio": [
    ["demo-client", "CLIENT", "initialize"],
    ["everything", "SERVER", "initialize"],
    ["demo-client", "CLIENT", "tools/call get-sum"],
    ["everything", "SERVER", "tools/call get-sum"],
    ["everything", "SERVER", "resources/read"],
    ["everything", "SERVER", "prompts/get args-prompt"],
    ["everything", "CLIENT", "sampling/createMessage"],
    ["demo-client", "SERVER", "sampling/createMessage"],
  ],
  "a session over Streamable HTTP": [
    ["everything-http", "SERVER", "tools/call echo"],
    ["everything-http", "CLIENT", "sampling/createMessage"],
    ["demo-client", "SERVER", "sampling/createMessage"],
    ["demo-client", "CLIENT", "tools/call trigger-long-running-operation", "cancelled"],
    ["everything-http", "SERVER", "notifications/cancelled"],
    ["everything-http", "SERVER", "tools/call get-sum", "tool_error"],
  ],
  "requests without a session": [
    ["demo-client", "CLIENT", "tools/call forecast"],
    ["weather", "SERVER", "tools/call forecast"],
    ["weather", "CLIENT", "GET"],
    ["forecasts", "SERVER", "GET"],
    ["weather", "SERVER", "resources/read"],
    ["weather", "SERVER", "prompts/get packing_list"],
    ["weather", "SERVER", "tools/call storm_warning", "tool_error"],
    ["demo-client", "CLIENT", "tools/call", "-32602"],
  ],
};

/** The expected spans that are not there, in words. */
export function missingFrom(spans: SeenSpan[]): string[] {
  return Object.entries(EXPECTED).flatMap(([conversation, expected]) => {
    const root = spans.find((span) => span.name === conversation && span.service === "demo-client");
    const trace = spans.filter((span) => span.traceId === root?.traceId);
    const missing = expected.filter((wanted) => !trace.some((span) => isThat(span, wanted)));
    return missing.map((wanted) => `${conversation}: ${wanted.join(" ")}`);
  });
}

function isThat(span: SeenSpan, [service, kind, name, error]: Expected): boolean {
  return (
    span.service === service &&
    span.kind === kind &&
    span.name === name &&
    span.attributes["error.type"] === error
  );
}
