// The parent of a message that arrives: its sender's span, that of its HTTP request, or the ambient one as long as it
// is open.
import { context, SpanKind, trace, type Span } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { withTelemetry, type Telemetry } from "../support/with-telemetry.ts";
import { operationOf } from "./operations.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const HEADERS = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };

/** Begins and ends an operation of a server inside this span. */
const arrive = ({ observer }: Telemetry, around: Span, more = {}, headers?: () => object) =>
  context.with(trace.setSpan(context.active(), around), () =>
    observer.begin(operationOf("server", "tools/list", more), {}, {}, headers as never).end({}),
  );

it("a span that has ended is no parent and no link [span.parent.open]", async () => {
  const { spans } = await withTelemetry((telemetry) => {
    const startUp = telemetry.tracer.startSpan("start-up");
    arrive(telemetry, startUp);
    startUp.end();
    arrive(telemetry, startUp);
  });
  const [startUp, during, after] = spans;

  expect(during?.parentSpanId).toBe(startUp?.spanId);
  expect(after?.traceId).not.toBe(startUp?.traceId);
  expect([after?.parentSpanId, after?.links]).toEqual([undefined, []]);
});

it("a span that has ended is no parent of what a timer sends later, and is a link [span.parent.open]", async () => {
  const { spans } = await withTelemetry(({ observer, tracer }) => {
    const send = (name: string): void =>
      observer.begin(operationOf("client", name, { role: "server" }), {}).end({});
    const call = observer.begin(operationOf("server", "tools/call"), {});
    let later = (): void => undefined;
    call.run(() => {
      const here = context.active();
      later = () => context.with(here, () => send("notifications/tools/list_changed"));
      send("notifications/progress-made");
    });
    call.end({});
    later();
    const boot = tracer.startSpan("boot");
    boot.end();
    context.with(trace.setSpan(context.active(), boot), () => send("ping"));
  });
  const [call, during, after, boot, ping] = spans;

  expect(during?.parentSpanId).toBe(call?.spanId);
  expect([after?.parentSpanId, ping?.parentSpanId]).toEqual([undefined, undefined]);
  expect([after?.links, ping?.links]).toMatchObject([[{ spanId: call?.spanId }], [{ spanId: boot?.spanId }]]);
});

it("on a pipe, a start-up that is not sampled does not silence the server", async () => {
  const { spans } = await withTelemetry((telemetry) => {
    const unsampled = trace.wrapSpanContext({ traceId: TRACE, spanId: "b7ad6b7169203331", traceFlags: 0 });
    arrive(telemetry, unsampled, { attributes: { "network.transport": "pipe" } });
  });

  expect(spans[0]?.traceId).not.toBe(TRACE);
});

it("headers name the parent where _meta names none and HTTP is not traced [span.parent.headers]", async () => {
  const { spans } = await withTelemetry(({ observer }) =>
    observer.begin(operationOf("server"), {}, {}, () => HEADERS).end({}),
  );

  expect(spans[0]).toMatchObject({ traceId: TRACE, parentSpanId: "b7ad6b7169203331", links: [] });
});

it("the span of the HTTP request is nearer than what its headers name, and another ambient one is a link", async () => {
  const { spans } = await withTelemetry((telemetry) => {
    const remote = trace.setSpanContext(context.active(), {
      traceId: TRACE,
      spanId: "b7ad6b7169203331",
      traceFlags: 1,
      isRemote: true,
    });
    const http = telemetry.tracer.startSpan("POST", { kind: SpanKind.SERVER }, remote);
    arrive(telemetry, http, {}, () => HEADERS);
    http.end();
    const other = telemetry.tracer.startSpan("other");
    arrive(telemetry, other, {}, () => HEADERS);
    other.end();
  });
  const [http, inside, other, beside] = spans;

  expect(inside?.parentSpanId).toBe(http?.spanId);
  expect(beside).toMatchObject({ traceId: TRACE, links: [{ spanId: other?.spanId }] });
});

it("what a transport reads or opens again after it has sent is no part of the message [span.parent.client-stream]", async () => {
  const { spans } = await withTelemetry(async ({ observer, tracer }) => {
    const sent = observer.begin(operationOf("client", "notifications/initialized"), {});
    let reconnect = (): void => undefined;
    const stream = sent.send(async () => {
      tracer.startSpan("POST").end();
      await new Promise<void>((resolve) => (reconnect = resolve));
      tracer.startSpan("GET").end();
      observer
        .begin(operationOf("server", "notifications/tools/list_changed", { role: "client" }), {})
        .end({});
    });
    sent.end({});
    reconnect();
    await stream;
  });
  const [initialized, post, get, changed] = spans;

  expect(post?.parentSpanId).toBe(initialized?.spanId);
  expect([get?.parentSpanId, changed?.parentSpanId]).toEqual([undefined, undefined]);
});
