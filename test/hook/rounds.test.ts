import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { withTelemetry } from "../support/with-telemetry.ts";
import { connect, OwnTransport, request, response } from "./fakes.ts";

const CALL = { name: "ask" };

/** A transport whose messages arrive in no context of anybody's, as from a pipe. */
function deliver(transport: OwnTransport, message: unknown): void {
  context.with(ROOT_CONTEXT, () => transport.onmessage?.(message));
}

it("a second round is a child of the first, wherever the answer comes in [span.parent.rounds, outcome.input-required]", async () => {
  const { spans } = await withTelemetry(({ tracer }) => {
    const transport = connect(new OwnTransport(), "client");
    // The SDK handles such an answer inside its delivery: it asks the user and sends the request again.
    transport.received.push = (message) => {
      if ((message as { id: number }).id === 1) void transport.send(request(2, "tools/call", CALL));
      return 0;
    };
    tracer.startActiveSpan("application", (span) => {
      void transport.send(request(1, "tools/call", CALL));
      span.end();
    });
    deliver(transport, response(1, { resultType: "input_required", inputRequests: {} }));
    deliver(transport, response(2, {}));
  });

  const [application, first, second] = spans;
  expect([first?.parentSpanId, second?.parentSpanId]).toEqual([application?.spanId, first?.spanId]);
  expect([first?.status.code, second?.status.code]).toEqual(["UNSET", "UNSET"]);
});

it("any other answer is delivered in the context it comes in", async () => {
  await withTelemetry(() => {
    const transport = connect(new OwnTransport(), "client");
    const seen: unknown[] = [];
    transport.received.push = () => seen.push(context.active());
    void transport.send(request(1, "tools/call", CALL));
    deliver(transport, response(1, {}));
    expect(seen).toEqual([ROOT_CONTEXT]);
  });
});
