import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHandle } from "../../src/admin/handle.ts";
import { createHandlers, type AdminHandlers, type FastifyInstance } from "../../src/admin/handlers.ts";
import { createReadiness, type Readiness } from "../../src/admin/ready.ts";
import { createRoutes } from "../../src/admin/routes.ts";
import { ALL_THREE, askAllThree } from "./ask-all-three.ts";
import { ask } from "./ask.ts";
import { collect } from "./collect.ts";

const require = createRequire(import.meta.url);

let readiness: Readiness;
let handlers: AdminHandlers;
let server: Server | undefined;
beforeEach(() => {
  readiness = createReadiness({ uptimeSeconds: () => 1 });
  handlers = createHandlers(createHandle({ routes: routes(), say: () => {} }));
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

function routes(): ReturnType<typeof createRoutes> {
  return createRoutes({
    collect: () => collect((meter) => meter("a").createCounter("hits").add(1)),
    health: () => ({ version: "1.2.0", uptimeSeconds: 1 }),
    readiness,
  });
}

async function listen(listener: RequestListener): Promise<number> {
  server = createServer(listener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

describe("Node's own server", () => {
  test("answers the three, and 404 for the rest", async () => {
    const port = await listen(handlers.node);

    expect(await askAllThree(readiness, port)).toEqual(ALL_THREE);
    expect((await ask({ port, path: "/mcp" })).status).toBe(404);
    expect((await ask({ port, method: "POST" })).status).toBe(405);
  });

  test("passes the application's own paths on", async () => {
    const port = await listen((request, response) =>
      handlers.node(request, response, () => response.end("the application")),
    );

    expect(await askAllThree(readiness, port)).toEqual(ALL_THREE);
    expect((await ask({ port, path: "/mcp", method: "POST" })).body).toBe("the application");
  });

  test("with a base path, answers beneath it and nowhere else", async () => {
    const mounted = createHandlers(createHandle({ routes: routes(), say: () => {} }), { basePath: "/ops/" });
    const port = await listen(mounted.node);

    expect(await askAllThree(readiness, port, "/ops")).toEqual(ALL_THREE);
    const others = await Promise.all(
      ["/health", "/opshealth", "/ops", "/ops/ops/health"].map((path) => ask({ port, path })),
    );
    expect(others.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  test("asks for the token, and not what the Host header says: that is the application's to decide", async () => {
    const guarded = createHandlers(createHandle({ routes: routes(), token: "t", say: () => {} }));
    const port = await listen(guarded.node);
    const headers = { host: "shop.example" };

    const statuses = await Promise.all([
      ask({ port, path: "/metrics", headers }),
      ask({ port, path: "/metrics", headers: { ...headers, authorization: "Bearer t" } }),
      ask({ port, path: "/health", headers }),
    ]);

    expect(statuses.map(({ status }) => status)).toEqual([401, 200, 200]);
  });

  test("does not touch a response that other code has sent meanwhile", async () => {
    const port = await listen((request, response) => {
      handlers.node(request, response);
      response.end("too slow");
    });

    expect((await ask({ port })).body).toBe("too slow");
  });
});

describe("Express", () => {
  type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  interface Express extends RequestListener {
    use(...middleware: (string | Middleware)[]): void;
    get(path: string, middleware: Middleware): void;
  }
  const express = require("express") as () => Express;

  test("as middleware, beside the application's own routes", async () => {
    const app = express();
    app.use(handlers.node);
    app.get("/mcp", (_, response) => response.end("the application"));
    const port = await listen(app);

    expect(await askAllThree(readiness, port)).toEqual(ALL_THREE);
    expect((await ask({ port, path: "/mcp" })).body).toBe("the application");
    expect((await ask({ port, path: "/nothing" })).status).toBe(404);
  });

  test("under a path, and route by route", async () => {
    const app = express();
    app.use("/ops", handlers.node);
    for (const path of ["/metrics", "/health", "/ready"]) app.get(path, handlers.node);
    const port = await listen(app);

    expect(await askAllThree(readiness, port, "/ops")).toEqual(ALL_THREE);
    expect(await askAllThree(readiness, port)).toEqual(ALL_THREE);
  });
});

describe("Hono, and whatever else speaks Fetch", () => {
  test("route by route", async () => {
    const app = new Hono();
    for (const path of ["/metrics", "/health", "/ready"]) app.get(path, (c) => handlers.fetch(c.req.raw));
    const { getRequestListener } = (await import("@hono/node-server")) as unknown as {
      getRequestListener: (fetch: Hono["fetch"]) => RequestListener;
    };

    expect(await askAllThree(readiness, await listen(getRequestListener(app.fetch)))).toEqual(ALL_THREE);
  });

  test("by itself", async () => {
    const get = await handlers.fetch(new Request("https://shop.example/health?x=1"));
    const head = await handlers.fetch(new Request("https://shop.example/health", { method: "HEAD" }));
    const post = await handlers.fetch(new Request("https://shop.example/health", { method: "POST" }));
    const other = await handlers.fetch(new Request("https://shop.example/mcp"));

    expect([get, head, post, other].map(({ status }) => status)).toEqual([200, 200, 405, 404]);
    expect(await get.json()).toMatchObject({ status: "healthy" });
    expect([await head.text(), head.headers.get("content-length")]).toEqual([
      "",
      get.headers.get("content-length"),
    ]);
  });
});

describe("Fastify", () => {
  interface Fastify extends FastifyInstance {
    register(plugin: AdminHandlers["fastify"], options?: { prefix: string }): unknown;
    listen(options: { port: number; host: string }): Promise<string>;
    close(): Promise<void>;
  }
  const fastify = installed("fastify") as (() => Fastify) | undefined;
  if (fastify === undefined) {
    process.stderr.write(
      "fastify is not installed: its test is SKIPPED, and only the plugin's shape is tested\n",
    );
  }

  test.skipIf(fastify === undefined)("as a plugin, with and without a prefix", async () => {
    const app = (fastify as () => Fastify)();
    app.register(handlers.fastify);
    app.register(handlers.fastify, { prefix: "/ops" });
    const port = Number(new URL(await app.listen({ port: 0, host: "127.0.0.1" })).port);

    expect(await askAllThree(readiness, port)).toEqual(ALL_THREE);
    expect(await askAllThree(readiness, port, "/ops")).toEqual(ALL_THREE);
    await app.close();
  });

  test("the plugin registers a GET for each path and is done", async () => {
    const registered = new Map<string, Parameters<FastifyInstance["get"]>[1]>();
    let done = 0;
    handlers.fastify({ get: (path, handler) => registered.set(path, handler) }, {}, () => (done += 1));
    const sent: unknown[] = [];
    const reply = {
      code: (status: number) => (sent.push(status), reply),
      headers: (headers: Record<string, string>) => (sent.push(headers["content-type"]), reply),
      send: (body: string) => (sent.push(body), reply),
    };

    await registered.get("/metrics")?.({ headers: {} }, reply);

    expect([[...registered.keys()], done]).toEqual([["/metrics", "/health", "/ready"], 1]);
    expect(sent).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      "# TYPE hits_total counter\nhits_total 1\n",
    ]);
  });

  function installed(name: string): unknown {
    try {
      return require(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
      throw error;
    }
  }
});
