import { createServer, type Server } from "node:http";
import { createCrowd } from "./crowd.ts";
import { createHandle, respond } from "./handle.ts";
import { createHandlers } from "./handlers.ts";
import { createHostCheck, isLoopback } from "./host-check.ts";
import { addressesOf, closeAll, listenOn, type Listening } from "./listen.ts";
import { json, type Routes } from "./routes.ts";

export interface AdminServerOptions {
  /** `localhost` when not given, which is both loopback addresses. */
  readonly host?: string | undefined;
  /** 0 is any free one. When not given, the first free one from 9464 on. */
  readonly port?: number | undefined;
  /** How many ports are tried when none is given; 10 when that is not given either. */
  readonly range?: number | undefined;
  /** Guards `/metrics`; see `HandleOptions`. */
  readonly token?: string | undefined;
  /** How long an answer may wait to be read; 10 seconds when not given. */
  readonly unreadMs?: number | undefined;
  readonly routes: Routes;
  /** Told, in one line, what an operator has to know: another port than the usual one, or none. */
  readonly say: (line: string) => void;
}

type Given = AdminServerOptions & { readonly host: string };

export interface AdminServer {
  /** Where it listens, the first where there are two. */
  readonly address: string;
  readonly port: number;
  /** What to put a path behind. */
  readonly url: string;
  /** True for a request that came in here, so that whoever traces and counts requests can leave it out. */
  owns(request: { readonly socket: object }): boolean;
  close(): Promise<void>;
}

/** The port that OpenTelemetry names for Prometheus. */
const FIRST_PORT = 9464;
const RANGE = 10;
const PORT_VARIABLE = "OTEL_EXPORTER_PROMETHEUS_PORT";
const HOST_VARIABLE = "OTEL_EXPORTER_PROMETHEUS_HOST";

const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 8_192,
} as const;
/** Of silence, while an answer is being made or read. Longer than any check of readiness should take. */
const IDLE_MS = 60_000;

/**
 * Serves the routes. It never keeps the process alive and never throws: where it cannot listen it says so, gives
 * undefined, and the application goes on without.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer | undefined> {
  // An empty host would be every address there is, and the empty value of a variable means it is not set.
  const given = { ...options, host: options.host || "localhost" };
  const { host, port, say } = given;
  const sockets = new WeakSet<object>();
  const create = createServers(given, sockets);
  let listening: Listening;
  try {
    listening =
      port === undefined
        ? await listenInRange(given, create)
        : await listenOn(addressesOf(host), port, create, { partly: true });
  } catch (error) {
    say(`${describeFailure(error as NodeJS.ErrnoException, given)}; ${what(options)} not served`);
    return undefined;
  }

  const { servers, taken } = listening;
  if (taken !== undefined) {
    say(
      `port ${listening.port} on ${taken} is another process's; ${what(options)} served on 127.0.0.1 alone`,
    );
  }
  let closed: Promise<void> | undefined;
  return {
    address: listening.address,
    port: listening.port,
    url: `http://${inUrl(host)}:${listening.port}`,
    owns: ({ socket }) => sockets.has(socket),
    close: () => (closed ??= closeAll(servers)),
  };
}

function createServers(
  { host, routes, token, unreadMs, say }: Given,
  sockets: WeakSet<object>,
): () => Server {
  const { node: answer } = createHandlers(createHandle({ routes, token, say }));
  const isOurName = createHostCheck(host);
  const crowd = createCrowd({ unreadMs });

  return () => {
    const server = createServer(LIMITS, (request, response) => {
      if (!crowd.admit(request.socket, response)) return;
      // By the connection, not by where the server listens: on 0.0.0.0 it listens on the loopback address as well.
      if (!isLoopback(request.socket.localAddress) || isOurName(request.headers.host))
        return answer(request, response);
      const refusal = respond(
        request.method ?? "",
        json(403, { error: "the Host header names another host" }),
      );
      response.writeHead(refusal.status, refusal.headers).end(refusal.body);
    });
    server.setTimeout(IDLE_MS);
    server.unref();
    server.on("listening", () => {
      // Once it listens there is little left to go wrong, and none of it may end the application.
      server.on("error", (error) => say(`the admin endpoint: ${error.message}`));
    });
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.unref();
      crowd.enter(socket);
    });
    return server;
  };
}

/** Several servers on one machine is the normal case for stdio: each takes the next port. */
async function listenInRange({ host, range = RANGE }: Given, create: () => Server): Promise<Listening> {
  for (let port = FIRST_PORT; ; port += 1) {
    try {
      return await listenOn(addressesOf(host), port, create, { partly: false });
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || port + 1 >= FIRST_PORT + range) throw error;
    }
  }
}

/** What is wrong and what to do about it, in terms of what the operator has set. */
function describeFailure(error: NodeJS.ErrnoException, { host, port, range = RANGE }: Given): string {
  switch (error.code) {
    case "EADDRINUSE":
      return port === undefined
        ? `ports ${FIRST_PORT} to ${FIRST_PORT + range - 1} on ${host} are all taken, set ${PORT_VARIABLE} to a free one`
        : `port ${port} on ${host} is taken, set ${PORT_VARIABLE} to a free one or unset it to have one found`;
    case "EACCES":
      return `port ${port} on ${host} is not allowed to this user, set ${PORT_VARIABLE} to one above 1023`;
    case "ERR_SOCKET_BAD_PORT":
      return `${port} is not a port, set ${PORT_VARIABLE} to a number from 0 to 65535`;
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${host} is not an address of this machine, set ${HOST_VARIABLE} to localhost, 0.0.0.0 or one that is`;
    default:
      return `cannot listen on ${host} (${error.message}), see ${HOST_VARIABLE} and ${PORT_VARIABLE}`;
  }
}

function what({ routes }: AdminServerOptions): string {
  return `${Object.keys(routes).join(", ")} are`;
}

function inUrl(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
