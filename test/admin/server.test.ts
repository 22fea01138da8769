import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { Agent, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Routes } from "../../src/admin/routes.ts";
import { ask } from "./ask.ts";
import { createStarter } from "./start.ts";

let starter: ReturnType<typeof createStarter>;
beforeEach(() => {
  starter = createStarter();
});
afterEach(() => starter.closeAll());

test("answers its paths, and says nothing of itself", async () => {
  const { port, url } = await starter.started();

  const reply = await ask({ port, path: "/metrics?x=1" });

  expect(url).toBe(`http://localhost:${port}`);
  expect(reply).toMatchObject({
    status: 200,
    body: "métrics\n",
    headers: {
      "content-type": "text/plain",
      "content-length": "9",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
  expect(starter.said).toEqual([]);
});

test("HEAD has the same head and no body", async () => {
  const { port } = await starter.started();

  const [get, head] = [await ask({ port }), await ask({ port, method: "HEAD" })];

  const { date: _d, ...headOfGet } = get.headers;
  const { date: _e, ...headOfHead } = head.headers;
  expect(headOfHead).toEqual(headOfGet);
  expect(head).toMatchObject({ status: 200, body: "" });
});

test.each(["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])("%s is not allowed", async (method) => {
  const { port } = await starter.started();

  const reply = await ask({ port, method });

  expect(reply).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
});

test.each(["/", "/metrics/", "/health/../secret", "/__proto__", "/constructor", "//health", "*"])(
  "%s is not found, in JSON that says what is",
  async (path) => {
    const { port } = await starter.started();

    const { status, body } = await ask({ port, path, ...(path === "*" && { method: "OPTIONS" }) });

    expect(status).toBe(404);
    expect(JSON.parse(body)).toEqual({ error: "not found", paths: ["/metrics", "/health", "/ready"] });
  },
);

test("a route that fails is a 500 that tells nothing, and one line on stderr however often it is asked", async () => {
  const failing: Routes[string] = {
    guarded: false,
    answer: () => Promise.reject(new Error("postgres://u:p@db")),
  };
  const { port } = await starter.started({ routes: { "/metrics": failing } });

  for (const reply of [await ask({ port, path: "/metrics" }), await ask({ port, path: "/metrics" })]) {
    expect(reply.status).toBe(500);
    expect(reply.body).toBe('{"error":"/metrics could not be answered; stderr says why"}\n');
  }
  expect(starter.said).toEqual(["/metrics could not be answered: Error: postgres://u:p@db"]);
});

describe("with a bearer token", () => {
  const token = "s3cret-tökén";
  // As curl sends it, byte by byte.
  const sent = Buffer.from(token).toString("latin1");

  test.each([
    [undefined, 401],
    ["Bearer", 401],
    ["Bearer ", 401],
    ["Bearer wrong", 401],
    [`Basic ${sent}`, 401],
    [sent, 401],
    [`Bearer ${sent}x`, 401],
    [`Bearer s3cret-token`, 401],
  ])("Authorization: %s is %i", async (authorization, expected) => {
    const { port } = await starter.started({ token });
    const reply = await ask({
      port,
      path: "/metrics",
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(reply.status).toBe(expected);
    expect(reply.headers["www-authenticate"]).toBe('Bearer realm="metrics"');
    expect(reply.body).not.toContain("métrics");
  });

  test.each([`Bearer ${sent}`, `bearer ${sent}`, `Bearer  ${sent} `])(
    "Authorization: '%s' is 200",
    async (authorization) => {
      const { port } = await starter.started({ token });
      expect((await ask({ port, path: "/metrics", headers: { authorization } })).status).toBe(200);
    },
  );

  test("probes need none, and an empty token is none", async () => {
    const [guarded, open] = [await starter.started({ token }), await starter.started({ token: "" })];

    const replies = [
      await ask({ port: guarded.port, path: "/health" }),
      await ask({ port: guarded.port, path: "/ready" }),
      await ask({ port: open.port, path: "/metrics" }),
    ];

    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

test("a crowd is turned away at the door", async () => {
  const { port } = await starter.started();
  const crowd = Array.from({ length: 65 }, () => connect(port, "127.0.0.1"));

  const turnedAway = await Promise.race(
    crowd.map((socket) => once(socket.resume(), "close").then(() => socket)),
  );

  expect(crowd.filter((socket) => socket.closed)).toEqual([turnedAway]);
  for (const socket of crowd) socket.destroy();
});

test("a probe is answered although a crowd of idle connections is open", async () => {
  const { port } = await starter.started();
  const agents = Array.from({ length: 64 }, () => new Agent({ keepAlive: true }));
  for (const agent of agents) await ask({ port, agent });

  const probes = await Promise.all([ask({ port }), ask({ port, path: "/ready" }), ask({ port })]);

  expect(probes.map(({ status }) => status)).toEqual([200, 200, 200]);
  for (const agent of agents) agent.destroy();
});

test("closing ends open connections, twice as well as once", async () => {
  const { port, close } = await starter.started();
  const agent = new Agent({ keepAlive: true });
  await ask({ port, agent });
  const idle = connect(port, "127.0.0.1");
  await once(idle, "connect");

  await Promise.all([close(), close()]);

  await once(idle.resume(), "close");
  await expect(ask({ port })).rejects.toThrow("ECONNREFUSED");
  agent.destroy();
});

test("knows its own requests, so that they can be left out of what is traced", async () => {
  const { port, owns } = await starter.started();
  const application = (await starter.occupy(0, "127.0.0.1")).address() as AddressInfo;
  const seen: boolean[] = [];
  const onRequest = (message: unknown): void => {
    seen.push(owns((message as { request: IncomingMessage }).request));
  };
  subscribe("http.server.request.start", onRequest);

  await ask({ port });
  await ask({ port: application.port });

  unsubscribe("http.server.request.start", onRequest);
  expect(seen).toEqual([true, false]);
});

test("does not keep the process alive, not even with a scraper connected", async () => {
  const script = `
    import { startAdminServer } from ${JSON.stringify(new URL("../../src/admin/server.ts", import.meta.url).href)};
    const answer = () => ({ status: 200, contentType: "application/json", body: JSON.stringify(process.getActiveResourcesInfo()) });
    const routes = { "/health": { guarded: false, answer } };
    const { port } = await startAdminServer({ port: 0, routes, say: console.error });
    console.log(port);
    process.stdin.resume();
  `;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [port] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  const agent = new Agent({ keepAlive: true });

  const { body } = await ask({ port: Number(port), agent });
  child.stdin.end();
  const [code] = (await once(child, "exit")) as [number];

  expect(code).toBe(0);
  expect((JSON.parse(body) as string[]).filter((resource) => resource.startsWith("TCP"))).toEqual([]);
  agent.destroy();
});
