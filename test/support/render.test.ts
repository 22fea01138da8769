import { expect, test } from "vitest";
import { render } from "./render.ts";
import type { SeenSpan } from "./seen-span.ts";

/** A span in short: id `traceId/spanId`, its parent's span id, start and end in milliseconds. */
function span(id: string, name: string, start: number, end: number, more: Partial<SeenSpan> = {}): SeenSpan {
  const [traceId = "", spanId = ""] = id.split("/");
  const [startNs, endNs] = [BigInt(Math.round(start * 1e6)), BigInt(Math.round(end * 1e6))];
  const plain = {
    kind: "CLIENT",
    attributes: {},
    status: { code: "UNSET" },
    events: [],
    links: [],
    service: "",
    scope: "",
    resource: {},
  } as const;
  return { ...plain, events: [], links: [], traceId, spanId, name, startNs, endNs, ...more };
}

const id = (value: number) => ({ attributes: { "jsonrpc.request.id": String(value) } });
const CALL = [
  span("b/2", "tools/call add", 6, 9, {
    kind: "SERVER",
    parentSpanId: "1",
    service: "server",
    status: { code: "ERROR", message: "no such number" },
    attributes: { "network.transport": "pipe", "error.type": "tool_error", "client.port": 51234 },
    events: [{ name: "mcp.cancelled", attributes: { reason: "too slow", at: 3 } }],
    links: [
      { traceId: "a", spanId: "9" },
      { traceId: "c", spanId: "1" },
    ],
  }),
  span("b/3", "GET", 7, 8, { parentSpanId: "2", service: "server" }),
  span("b/1", "tools/call add", 5, 17.4, {
    service: "client",
    attributes: { note: "two  blanks", list: ["x", 1], empty: "" },
  }),
  span("a/9", "POST", 4, 18, { kind: "SERVER", parentSpanId: "elsewhere", service: "server" }),
];

test("draws a trace as a tree, traces in the order of their start", () => {
  const attributes = (key: string) => !["network.transport", "status.message"].includes(key);

  expect(`\n${render(CALL, { attributes })}`).toBe(`
trace 1
SERVER POST (remote parent)  ~

trace 2
CLIENT tools/call add           ~  empty=""  list=["x",1]  note="two  blanks"
└ SERVER tools/call add  error  ~  client.port=~  error.type=tool_error  link=(a span that is not here)  link=trace 1/POST
  │ · mcp.cancelled at=3 reason=too slow
  └ CLIENT GET                  ~
`);
});

test("shows durations, services and chosen attributes when asked to", () => {
  const options = {
    durations: true,
    services: true,
    attributes: (key: string) => key === "error.type" || key === "client.port",
  };

  expect(`\n${render(CALL.slice(0, 3), options)}`).toBe(`
trace 1
client  CLIENT tools/call add            12 ms
server  └ SERVER tools/call add  error  3.0 ms  client.port=51234  error.type=tool_error
          │ · mcp.cancelled
server    └ CLIENT GET                  1.0 ms
`);
});

test("cuts lines at a width and paints what is left", () => {
  const painted = render(CALL.slice(2, 3), {
    width: 24,
    paint: (part, text) => (part === "kind" ? `<${text}>` : text),
  });

  expect(painted).toBe("trace 1\n<CLIENT> tools/call add  …\n");
});

test("within one millisecond the order is the true one, not the alphabet's", () => {
  const children = (starts: [number, number, number]) => [
    span("t/1", "root", 0, 9),
    span("t/2", "tools/list", starts[0], 8, { parentSpanId: "1", ...id(10) }),
    span("t/3", "notifications/roots", starts[1], 8, { parentSpanId: "1" }),
    span("t/4", "ping", starts[2], 7, { parentSpanId: "1", ...id(9) }),
    span("t/5", "a receiver", starts[0], 5, { kind: "SERVER", parentSpanId: "1" }),
  ];
  const names = (spans: SeenSpan[]) =>
    [...render(spans, { attributes: () => false }).matchAll(/[├└] (\S+ \S+)/g)].map((match) => match[1]);

  expect(names(children([5.9, 5.2, 5]))).toEqual([
    "CLIENT ping",
    "CLIENT notifications/roots",
    "CLIENT tools/list",
    "SERVER a",
  ]);
  expect(names(children([6, 5.2, 5]))).toEqual([
    "CLIENT notifications/roots",
    "CLIENT ping",
    "CLIENT tools/list",
    "SERVER a",
  ]);
});

test("nothing is drawn as nothing", () => {
  expect(render([])).toBe("");
});
