// A peer's choices, such as the ids of its requests or a missing close, must not decide mcp-otelkit's time or memory.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { createPendingTable, type PendingRequest } from "../../src/operation/requests.ts";
import type { ActiveOperation } from "../../src/operation/observer.ts";
import { connect, OwnTransport, record, request, response } from "./fakes.ts";

const MANY = 30_000;

function pendingOf(id: number): PendingRequest {
  return {
    id,
    progressToken: undefined,
    operation: {} as never,
    active: {} as ActiveOperation,
    awaited: false,
    changesSeen: 0,
  };
}

// Work that grows by the square takes minutes here, and the time-out of the test fails.
it.each([
  ["taken by their id", (table: ReturnType<typeof createPendingTable>) => void table.take(7)],
  ["removed, the latest first", (table, all) => table.remove(all.pop() as PendingRequest)],
  ["removed, the oldest first", (table, all, at) => table.remove(all[at] as PendingRequest)],
] as [string, (table: ReturnType<typeof createPendingTable>, all: PendingRequest[], at: number) => void][])(
  "thirty thousand requests with one id, %s",
  (_how, end) => {
    const table = createPendingTable();
    const all = Array.from({ length: MANY }, () => pendingOf(7));
    all.forEach((pending) => table.add(pending));
    expect(table.size()).toBe(MANY);

    for (let at = 0; at < MANY; at += 1) end(table, all, at);

    expect([table.size(), table.isEmpty(), table.find(7)]).toEqual([0, true, undefined]);
  },
);

it("requests with one id end in the order they came, also where one in the middle is removed", () => {
  const table = createPendingTable();
  const [first, second, third] = [pendingOf(7), pendingOf(7), pendingOf(7)];
  [first, second, third].forEach((pending) => table.add(pending));

  table.remove(second);

  expect([table.take(7), table.take(7), table.take(7)]).toEqual([first, third, undefined]);
});

it("sessions of connections that are never closed end when these are collected", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let open = 0;
  record({
    observer: {
      openSession: () => {
        open += 1;
        return { seen: () => undefined, close: () => void (open -= 1) };
      },
    },
  });
  const kept = connectAndInitialize();
  for (let at = 0; at < 500; at += 1) connectAndInitialize();
  const opened = open;

  for (let turn = 0; turn < 200 && open > 1; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }

  expect([opened, open]).toEqual([501, 1]);
  kept.close();
  expect(open).toBe(0);
});

function connectAndInitialize(): OwnTransport {
  const transport = connect(new OwnTransport());
  transport.onmessage?.(request(0, "initialize", { protocolVersion: "2025-11-25" }));
  void transport.send(response(0, { protocolVersion: "2025-11-25" }));
  return transport;
}
