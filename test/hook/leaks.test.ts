import { expect, it } from "vitest";
import type { ActiveOperation } from "../../src/operation/observer.ts";
import { createPendingTable, type PendingRequest } from "../../src/operation/requests.ts";
import type { RequestId } from "../../src/operation/message.ts";
import { connect, failure, notification, OwnTransport, record, request, response } from "./fakes.ts";

function pendingOf(id: RequestId, progressToken?: RequestId): PendingRequest {
  return {
    id,
    progressToken,
    operation: {} as never,
    active: {} as ActiveOperation,
    awaited: false,
    changesSeen: 0,
  };
}

it("the table finds requests by id and token, oldest first, and forgets what is taken", () => {
  const table = createPendingTable();
  const [first, second, other] = [pendingOf(0, "t"), pendingOf(0, "t"), pendingOf("", 0)];
  [first, second, other].forEach((pending) => table.add(pending));

  expect([table.find(0), table.byToken("t"), table.byToken(0), table.find("0")]).toEqual([
    first,
    second,
    other,
    undefined,
  ]);
  table.remove(second);
  expect([table.take(0), table.take(0), table.byToken("t")]).toEqual([first, undefined, undefined]);
  table.remove(second); // once more does nothing
  expect(table.drain()).toEqual([other]);
  expect([table.drain(), table.byToken(0), table.find("")]).toEqual([[], undefined, undefined]);
});

it("nothing is left after many requests with odd endings", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  const token = { _meta: { progressToken: 1 } };

  for (let round = 0; round < 1000; round++) {
    transport.onmessage?.(request(round, "tools/call", token));
    transport.onmessage?.(request(round, "tools/call", token)); // the id again
    void transport.send(failure(round, -32603));
    void transport.send(response(round));
    transport.onmessage?.(request("", "tools/call", token));
    transport.onmessage?.(notification("notifications/cancelled", { requestId: "" }));
    void transport.send(response("")); // after the cancellation: to nobody
    void transport.send(request(round, "roots/list", token));
    transport.onmessage?.(response(String(round)));
    transport.onmessage?.(response(round));
    void transport.send(request(`raw-${round}`, "roots/list", token));
    void transport.send(notification("notifications/cancelled", { requestId: `raw-${round}` }));
    void transport.send(request("listen", "subscriptions/listen"));
    transport.onmessage?.(
      notification("notifications/subscriptions/acknowledged", {
        _meta: { "io.modelcontextprotocol/subscriptionId": "listen" },
      }),
    );
  }
  const before = recording.told.length;
  transport.close();

  expect(recording.open().filter((line) => !line.includes("notifications/"))).toEqual([]);
  expect(recording.told).toHaveLength(before);
  expect(
    recording.told.flatMap(({ ends }) => ends).filter(({ errorType }) => errorType === "connection_closed"),
  ).toEqual([]);
});

it("a closed connection keeps nothing, and one that is connected again starts empty", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  for (let id = 0; id < 100; id++) transport.onmessage?.(request(id, "tools/list"));

  transport.close();
  connect(transport);
  for (let id = 0; id < 100; id++) void transport.send(response(id));
  transport.close();

  expect(recording.told.map(({ ends }) => ends.length)).toEqual(Array(100).fill(1));
});

it("a transport that is never closed is collected, with what was open on it", async () => {
  record();
  const collect = (globalThis as { gc?: () => void }).gc ?? (await exposeGc());
  const gone = (() => {
    const transport = connect(new OwnTransport());
    transport.onmessage?.(request(1, "tools/list"));
    return new WeakRef(transport);
  })();

  for (let turn = 0; turn < 20 && gone.deref() !== undefined; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }

  expect(gone.deref()).toBeUndefined();
});

async function exposeGc(): Promise<() => void> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import("node:v8"),
    import("node:vm"),
  ]);
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
