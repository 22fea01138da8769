// Who asks without end and reads nothing: the application goes on, and so do its probes.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as later } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Collected } from "../../src/admin/metrics/collected.ts";
import { createReadiness } from "../../src/admin/ready.ts";
import { createRoutes, type Routes } from "../../src/admin/routes.ts";
import { patience } from "../support/patience.ts";
import { ask } from "./ask.ts";
import { createStarter } from "./start.ts";

let starter: ReturnType<typeof createStarter>;
let sockets: Socket[];
/** The server's ends: a client that does not read does not hear that it was left either. */
let served: Socket[];
const onSocket = (message: unknown): void => {
  served.push((message as { socket: Socket }).socket);
};
beforeEach(() => {
  starter = createStarter();
  sockets = [];
  served = [];
  subscribe("net.server.socket", onSocket);
});
afterEach(() => {
  unsubscribe("net.server.socket", onSocket);
  for (const socket of sockets) socket.destroy();
  return starter.closeAll();
});

test.each([8, 100])(
  "50 connections with %i requests each that read nothing stop neither the application nor its probes",
  async (requests) => {
    const collections = vi.fn<() => Promise<Collected>>(async () => manySeries(5_000));
    const { port } = await starter.started({ routes: routesWith(collections), unreadMs: 500 });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();

    for (let at = 0; at < 50; at++) send(port, "/metrics", requests);
    const began = performance.now();
    const probes = [await ask({ port }), await ask({ port, path: "/ready" })];
    const probed = performance.now() - began;
    await vi.waitFor(() => expect(served.filter(({ destroyed }) => !destroyed)).toHaveLength(0), 10_000);
    delay.disable();

    expect(probes.map(({ status }) => status)).toEqual([200, 200]);
    expect(served).toHaveLength(52);
    expect(probed).toBeLessThan(patience(2_000));
    expect(delay.max / 1e6).toBeLessThan(patience(2_000));
    expect(collections.mock.calls.length).toBeLessThan(20);
  },
);

test("a scraper that asks in the next second is shown the next second's numbers, whoever asked before", async () => {
  const { answered, collect } = slowToRender();
  const { port } = await starter.started({ routes: routesWith(collect) });

  await Promise.all(Array.from({ length: 20 }, () => ask({ port, path: "/metrics" })));
  const first = answered();
  await later(1_000);
  const { body } = await ask({ port, path: "/metrics" });

  expect(first).toBe(1);
  expect(body).toContain("collections 2\n");
});

test("pages that cost little are made anew for whoever asks", async () => {
  let made = 0;
  const { port } = await starter.started({ routes: routesWith(async () => numbered(++made)) });

  const bodies = [await ask({ port, path: "/metrics" }), await ask({ port, path: "/metrics" })];

  expect(bodies.map(({ body }) => /collections (\d)/.exec(body)?.[1])).toEqual(["1", "2"]);
});

test("eight requests in one go are answered, and one more costs the connection", async () => {
  const { port } = await starter.started();

  const eight = await heard(send(port, "/health", 8), 8);
  const nine = send(port, "/health", 9);
  let text = "";
  nine.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(nine.resume(), "close");

  expect(eight.match(/healthy\n/g)).toHaveLength(8);
  expect(text).toBe("");
});

test("an answer that nobody reads is given up, and one that is read is not", async () => {
  const large = { guarded: false, answer: () => page("x".repeat(32 * 2 ** 20)) };
  const { port } = await starter.started({ routes: { "/large": large }, unreadMs: 300 });
  send(port, "/large", 1);
  await vi.waitFor(() => expect(served).toHaveLength(1));
  // One that has read its answer and stays, as scrapers do.
  send(port, "/none", 1).resume();

  await vi.waitFor(() => expect(served[0]?.destroyed).toBe(true), 5_000);

  expect(served.map(({ destroyed }) => destroyed)).toEqual([true, false]);
});

test("an answer that takes long to make is waited for", async () => {
  const slow = { guarded: false, answer: () => later(400).then(() => page("slow\n")) };
  const { port } = await starter.started({ routes: { "/slow": slow }, unreadMs: 100 });

  expect((await ask({ port, path: "/slow" })).body).toBe("slow\n");
});

function page(body: string): { status: number; contentType: string; body: string } {
  return { status: 200, contentType: "text/plain", body };
}

function routesWith(collect: () => Promise<Collected>): Routes {
  const readiness = createReadiness({ uptimeSeconds: () => 1 });
  return createRoutes({ collect, health: () => ({ uptimeSeconds: 1 }), readiness });
}

/** Requests in one go, on a connection that reads nothing until it is told to. */
function send(port: number, path: string, times: number): Socket {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket.pause());
  socket.on("error", () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(times));
  return socket;
}

async function heard(socket: Socket, answers: number): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  socket.resume();
  await vi.waitFor(() => expect(text.split("HTTP/1.1 200").length).toBe(answers + 1));
  return text;
}

/** A collection that takes all that a second has for pages. */
function slowToRender(): { answered: () => number; collect: () => Promise<Collected> } {
  let made = 0;
  return {
    answered: () => made,
    collect: async () => {
      await later(150);
      return numbered(++made);
    },
  };
}

function numbered(value: number): Collected {
  return gauges([{ attributes: {}, value }]);
}

function manySeries(many: number): Collected {
  return gauges(
    Array.from({ length: many }, (_, at) => ({
      attributes: { tool: `tool-${at}`, status: "ok", detail: "x".repeat(100) },
      value: at,
    })),
  );
}

function gauges(dataPoints: { attributes: Record<string, string>; value: number }[]): Collected {
  const descriptor = { name: "collections", description: "", unit: "" };
  const metrics = [{ descriptor, dataPointType: 2, aggregationTemporality: 1, dataPoints }];
  return {
    resourceMetrics: { resource: { attributes: {} }, scopeMetrics: [{ metrics }] },
    errors: [],
  };
}
