import { context, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/operation/outcome.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { withTelemetry, type Telemetry } from "../support/with-telemetry.ts";
import { operationOf } from "./operations.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const CARRIER = { traceparent: `00-${TRACE}-${PARENT}-01` };
const ours = (spans: SeenSpan[]): SeenSpan => {
  const [span, ...others] = spans.filter(({ scope }) => scope === "mcp-otelkit");
  if (span === undefined || others.length > 0) throw new Error(`${others.length + 1} spans of ours`);
  return span;
};

/** The one span of ours that an operation becomes. */
async function spanOf(begin: (telemetry: Telemetry) => void, config = {}): Promise<SeenSpan> {
  return ours((await withTelemetry(begin, config)).spans);
}

describe("a span", () => {
  it("is CLIENT where a message is sent and SERVER where it is received [span.kind]", async () => {
    const { spans } = await withTelemetry(({ observer }) => {
      observer.begin(operationOf("client"), {}).end({});
      observer.begin(operationOf("server"), {}).end({});
    });
    expect(spans.map(({ kind }) => kind)).toEqual(["CLIENT", "SERVER"]);
  });

  it("lasts from begin to end, and ends once [span.time.server, span.time.client]", async () => {
    const { result, spans } = await withTelemetry(({ observer, spans: seen }) => {
      const active = observer.begin(operationOf("client"), {});
      const before = seen()[0]?.endNs;
      active.end({});
      const ended = seen()[0]?.endNs;
      active.end({ errorType: "timeout" });
      active.event("late", {});
      return { before, ended };
    });
    expect(result.before).toBe(0n);
    expect(ours(spans)).toMatchObject({ endNs: result.ended, status: { code: "UNSET" }, events: [] });
  });

  it("gets the name that is known at its end [span.name.target]", async () => {
    const span = await spanOf(({ observer }) =>
      observer.begin(operationOf("server", "tools/call"), {}).end({ name: "tools/call add" }),
    );
    expect(span.name).toBe("tools/call add");
  });

  it("gets what became known on the way", async () => {
    const attributes = { "mcp.protocol.version": "2025-11-25", "mcp.resource.template": "note:///{id}" };
    const span = await spanOf(({ observer }) =>
      observer.begin(operationOf("server"), {}).end({ attributes }),
    );
    expect(span.attributes).toEqual({ "mcp.method.name": "tools/list", ...attributes });
  });

  it("has what went wrong before what is merely good to know, since a span has a limit of attributes", async () => {
    const span = await spanOf(({ observer }) =>
      observer.begin(operationOf("server"), {}).end({
        errorType: "timeout",
        statusCode: "-32001",
        attributes: { "mcp.protocol.version": "2025-11-25" },
      }),
    );
    expect(Object.keys(span.attributes)).toEqual([
      "mcp.method.name",
      "error.type",
      "rpc.response.status_code",
      "mcp.protocol.version",
    ]);
  });

  it("that is not sampled still passes its context on", async () => {
    const { result } = await withTelemetry(({ observer }) => {
      const unsampled = { traceparent: CARRIER.traceparent.replace(/01$/, "00") };
      const active = observer.begin(operationOf("server"), unsampled);
      const carrier = active.run(() => observer.begin(operationOf("client"), {}).carrier);
      active.end({ errorType: "timeout" });
      return carrier;
    });
    expect(result["traceparent"]).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
  });
});

describe("the parent", () => {
  it("of a client's span is the active context [span.parent.client]", async () => {
    const { spans } = await withTelemetry(({ tracer, observer }) => {
      tracer.startActiveSpan("application", (span) => {
        observer.begin(operationOf("client"), {}).end({});
        span.end();
      });
      observer.begin(operationOf("client"), {}).end({});
    });
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, spans[0]?.spanId, undefined]);
  });

  it("of a server's span is the one in _meta [span.parent.server, span.parent.bare-keys]", async () => {
    const span = await spanOf(({ observer }) => observer.begin(operationOf("server"), CARRIER).end({}));
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, links: [] });
  });

  it("in _meta wins over the ambient one, which becomes a link [span.link.ambient]", async () => {
    const { spans } = await withTelemetry(({ tracer, observer }) => {
      tracer.startActiveSpan("POST", { kind: SpanKind.SERVER }, (http) => {
        observer.begin(operationOf("server"), CARRIER).end({});
        http.end();
      });
    });
    const [http] = spans;
    expect(ours(spans)).toMatchObject({
      traceId: TRACE,
      parentSpanId: PARENT,
      links: [{ traceId: http?.traceId, spanId: http?.spanId }],
    });
  });

  it.each([{}, { traceparent: "nonsense" }, { baggage: "a=b" }])(
    "without one in _meta %j is the ambient one, without a link [span.parent.ambient]",
    async (carrier) => {
      const { spans } = await withTelemetry(({ tracer, observer }) => {
        tracer.startActiveSpan("POST", { kind: SpanKind.SERVER }, (http) => {
          observer.begin(operationOf("server"), carrier).end({});
          http.end();
        });
      });
      expect(ours(spans)).toMatchObject({
        traceId: spans[0]?.traceId,
        parentSpanId: spans[0]?.spanId,
        links: [],
      });
    },
  );

  it("without either is none: a new trace begins [span.parent.root]", async () => {
    const span = await spanOf(({ observer }) => observer.begin(operationOf("server"), {}).end({}));
    expect([span.parentSpanId, span.links]).toEqual([undefined, []]);
  });

  it("that is the ambient one itself is not linked as well [span.link.ambient]", async () => {
    const { spans } = await withTelemetry(({ observer }) => {
      const sent = observer.begin(operationOf("client"), {});
      sent.run(() => observer.begin(operationOf("server"), sent.carrier).end({}));
      sent.end({});
    });
    const [client, server] = spans;
    expect(server).toMatchObject({ traceId: client?.traceId, parentSpanId: client?.spanId, links: [] });
  });

  it("on an MCP client: what happened to open its stream is no link [span.link.ambient]", async () => {
    const { spans } = await withTelemetry(({ tracer, observer }) => {
      tracer.startActiveSpan("connect", (span) => {
        observer.begin(operationOf("server", "sampling/createMessage", { role: "client" }), CARRIER).end({});
        span.end();
      });
    });
    expect(ours(spans)).toMatchObject({ parentSpanId: PARENT, links: [] });
  });

  it("of what an operation runs is the operation's span, on both sides [span.parent.handler]", async () => {
    const { spans } = await withTelemetry(({ tracer, observer }) => {
      for (const side of ["client", "server"] as const) {
        const active = observer.begin(operationOf(side), {});
        active.run(() => tracer.startSpan("inner").end());
        active.end({});
      }
      expect(trace.getSpan(context.active())).toBeUndefined();
    });
    const [client, inner, server, innermost] = spans;
    expect([inner?.parentSpanId, innermost?.parentSpanId]).toEqual([client?.spanId, server?.spanId]);
  });
});

describe("the end", () => {
  const outcomes: [Outcome, SeenSpan["status"], object][] = [
    [{}, { code: "UNSET" }, {}],
    [
      { statusCode: "-32602", message: "Unknown tool" },
      { code: "UNSET" },
      { "rpc.response.status_code": "-32602" },
    ],
    [{ errorType: "tool_error" }, { code: "ERROR" }, { "error.type": "tool_error" }],
    [{ errorType: "timeout" }, { code: "ERROR" }, { "error.type": "timeout" }],
    [
      { errorType: "-32603", statusCode: "-32603", message: "The disk is full" },
      { code: "ERROR", message: "The disk is full" },
      { "error.type": "-32603", "rpc.response.status_code": "-32603" },
    ],
  ];
  it.each(outcomes)(
    "%j is the status %j [span.status, attr.error.type, attr.rpc.response.status_code]",
    async (outcome, status, attributes) => {
      const span = await spanOf(({ observer }) => observer.begin(operationOf("client"), {}).end(outcome));
      expect([span.status, span.attributes]).toEqual([
        status,
        { "mcp.method.name": "tools/list", ...attributes },
      ]);
    },
  );

  it("describes an error with the JSON-RPC message, redacted [span.status.description, privacy.redaction]", async () => {
    const outcome = {
      errorType: "-32603",
      statusCode: "-32603",
      message: "no access with Bearer abcdef123456",
    };
    const span = await spanOf(({ observer }) => observer.begin(operationOf("client"), {}).end(outcome));
    expect(span.status.message).toBe("no access with Bearer REDACTED");
  });

  it.each([
    "tools/call",
    "prompts/get",
    "sampling/createMessage",
    "elicitation/create",
    "completion/complete",
    "tasks/result",
    "acme/own",
  ])("tells nothing of what the code behind %s threw [privacy.tool-error]", async (method) => {
    for (const code of ["-32603", "404"]) {
      const outcome = { errorType: code, statusCode: code, message: "no record of patient 7" };
      for (const side of ["client", "server"] as const) {
        const span = await spanOf(({ observer }) =>
          observer.begin(operationOf(side, method), {}).end(outcome),
        );
        expect(span.status).toEqual({ code: "ERROR" });
      }
    }
  });

  it("describes what the protocol itself refused", async () => {
    const outcome = { errorType: "-32602", statusCode: "-32602", message: "Unknown tool" };
    const span = await spanOf(({ observer }) =>
      observer.begin(operationOf("client", "tools/call"), {}).end(outcome),
    );
    expect(span.status.message).toBe("Unknown tool");
  });

  it("describes nothing where that is switched off [privacy.error-message.config]", async () => {
    const outcome = { errorType: "-32603", statusCode: "-32603", message: "The disk is full" };
    const span = await spanOf(({ observer }) => observer.begin(operationOf("client"), {}).end(outcome), {
      errorMessage: false,
    });
    expect(span.status).toEqual({ code: "ERROR" });
  });

  it("by cancellation on the server is an event and no error [outcome.cancelled.server]", async () => {
    const span = await spanOf(({ observer }) =>
      observer.begin(operationOf("server"), {}).end({ cancelled: true }),
    );
    expect([span.status, span.events]).toEqual([
      { code: "UNSET" },
      [{ name: "mcp.cancelled", attributes: {} }],
    ]);
  });

  it("by a thrown error has an exception event with its class alone [privacy.exception-class]", async () => {
    const span = await spanOf(({ observer }) =>
      observer.begin(operationOf("server"), {}).end({ errorType: "tool_error", thrown: "TypeError" }),
    );
    expect(span.events).toEqual([{ name: "exception", attributes: { "exception.type": "TypeError" } }]);
  });

  it("comes after the progress, which is an event each [notification.progress]", async () => {
    const span = await spanOf(({ observer }) => {
      const active = observer.begin(operationOf("server"), {});
      active.event("mcp.progress", { "mcp.progress.value": 1 });
      active.event("mcp.progress", { "mcp.progress.value": 2 });
      active.end({});
    });
    expect(span.events.map(({ attributes }) => attributes)).toEqual([
      { "mcp.progress.value": 1 },
      { "mcp.progress.value": 2 },
    ]);
  });
});

it("a log message is no span, but its handler runs in its sender's context [notification.message]", async () => {
  const { result, spans } = await withTelemetry(({ tracer, observer }) => {
    const log = observer.begin(operationOf("server", "notifications/message", { signal: "log" }), CARRIER);
    log.run(() => tracer.startSpan("inner").end());
    log.event("x", {});
    log.end({});
    return observer.begin(operationOf("client", "notifications/message", { signal: "log" }), {}).carrier;
  });
  expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([["inner", PARENT]]);
  expect(result).toEqual({});
});

it.each([
  ["full", { "mcp.resource.uri": "note:///1", "mcp.resource.template": "note:///{id}" }],
  ["template", { "mcp.resource.template": "note:///{id}" }],
  ["off", {}],
] as const)(
  "with resourceUri %s a resource is known by %j [privacy.resource-uri.config]",
  async (resourceUri, expected) => {
    for (const side of ["client", "server"] as const) {
      const operation = operationOf(side, "resources/read", {
        attributes: { "mcp.resource.uri": "note:///1" },
      });
      const end = {
        attributes: { "mcp.resource.uri": "note:///1", "mcp.resource.template": "note:///{id}" },
      };
      const span = await spanOf(({ observer }) => observer.begin(operation, {}).end(end), { resourceUri });
      expect(span.attributes).toEqual({ "mcp.method.name": "resources/read", ...expected });
    }
  },
);

describe("an execute_tool span of an agent framework's", () => {
  const toolCall = operationOf("client", "tools/call", {
    target: "add",
    attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add" },
  });
  const outer = (tool: string) => ({
    attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool },
  });

  async function call(tool: string, operation = toolCall, reuseExecuteTool = true) {
    const { result, spans } = await withTelemetry(
      ({ tracer, observer }) =>
        tracer.startActiveSpan("execute_tool add", outer(tool), (span) => {
          const active = observer.begin(operation, {});
          active.end({ name: "tools/call add", errorType: "tool_error" });
          active.end({ errorType: "timeout" }); // only the first end counts
          span.setAttribute("still", "open");
          span.end();
          return String(active.carrier["traceparent"]);
        }),
      { reuseExecuteTool },
    );
    return { carrier: result, spans };
  }

  it("is enriched and not doubled when that is switched on [span.reuse-execute-tool]", async () => {
    const { carrier, spans } = await call("add");
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({
      name: "execute_tool add",
      status: { code: "ERROR" },
      attributes: { "mcp.method.name": "tools/call", "error.type": "tool_error", still: "open" },
    });
    expect(carrier).toContain(spans[0]?.spanId);
  });

  it("has a child of ours otherwise, or for another tool, method or side [span.reuse-execute-tool]", async () => {
    expect((await call("add", toolCall, false)).spans).toHaveLength(2);
    expect((await call("other")).spans).toHaveLength(2);
    expect((await call("add", operationOf("client", "tools/list"))).spans).toHaveLength(2);
    expect((await call("add", { ...toolCall, side: "server" })).spans).toHaveLength(2);
  });
});

it("nothing is left active after an operation has run something", async () => {
  await withTelemetry(({ observer }) => {
    const active = observer.begin(operationOf("server"), CARRIER);
    expect(() =>
      active.run(() => {
        throw new Error("theirs");
      }),
    ).toThrow("theirs");
    expect(context.active()).toBe(ROOT_CONTEXT);
    active.end({});
  });
});
