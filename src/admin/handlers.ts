import type { AdminHandle, AdminResponse } from "./handle.ts";
import type { RequestHeaders } from "./routes.ts";

/**
 * The endpoints on the application's own server: `/metrics`, `/health` and `/ready` beside its other paths. That
 * server decides who may reach them; the Host check that guards the loopback address does not run here.
 */
export interface AdminHandlers {
  /**
   * For `http.createServer`, and middleware for Express, Connect and the like. Other paths go to `next`, or are
   * answered 404 where there is no `next`. `app.use(handlers.node)`, or `app.use("/ops", handlers.node)`.
   */
  readonly node: (request: NodeRequest, response: NodeResponse, next?: (error?: unknown) => void) => void;
  /** For servers that speak Fetch, such as Hono: `app.get("/metrics", (c) => handlers.fetch(c.req.raw))`. */
  readonly fetch: (request: FetchRequest) => Promise<Response>;
  /** A Fastify plugin: `await app.register(handlers.fastify)`, with `{ prefix: "/ops" }` where wanted. */
  readonly fastify: (instance: FastifyInstance, options: unknown, done: () => void) => void;
}

export interface HandlersOptions {
  /**
   * The prefix of the paths, such as `/ops` for `/ops/metrics`, where the server does not strip it itself as Express
   * and Fastify do.
   */
  readonly basePath?: string;
}

export function createHandlers(handle: AdminHandle, { basePath = "" }: HandlersOptions = {}): AdminHandlers {
  const base = basePath.replace(/\/+$/, "");
  const inside = (path: string): string => (path.startsWith(`${base}/`) ? path.slice(base.length) : "");

  return {
    node(request, response, next) {
      const path = inside(pathOf(request.url ?? "/"));
      if (next !== undefined && !handle.paths.includes(path)) return next();
      void handle(request.method ?? "GET", path, request.headers).then((answer) => {
        // Other code, such as a time-out, has already answered; a second head would throw.
        if (!response.headersSent) response.writeHead(answer.status, answer.headers).end(answer.body);
      });
    },

    async fetch(request) {
      const headers: RequestHeaders = {
        accept: request.headers.get("accept") ?? undefined,
        authorization: request.headers.get("authorization") ?? undefined,
      };
      const path = inside(new URL(request.url, "http://localhost").pathname);
      const answer = await handle(request.method, path, headers);
      const body = request.method === "HEAD" ? null : answer.body;
      return new Response(body, { status: answer.status, headers: answer.headers });
    },

    fastify(instance, _options, done) {
      for (const path of handle.paths) {
        instance.get(path, async (request, reply) => {
          // Fastify answers HEAD itself, from the answer to GET.
          const answer: AdminResponse = await handle("GET", path, request.headers);
          return reply
            .code(answer.status)
            .headers({ ...answer.headers })
            .send(answer.body);
        });
      }
      done();
    },
  };
}

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "/";
}

// The parts of each framework that are used, so that none has to be installed. Node's own types fit, and so do
// Express's.

export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: RequestHeaders;
}

export interface NodeResponse {
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string>): { end(body: string): unknown };
}

export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

export interface FastifyInstance {
  get(
    path: string,
    handler: (request: { headers: RequestHeaders }, reply: FastifyReply) => Promise<unknown>,
  ): unknown;
}

export interface FastifyReply {
  code(status: number): FastifyReply;
  headers(headers: Record<string, string>): FastifyReply;
  send(body: string): FastifyReply;
}
