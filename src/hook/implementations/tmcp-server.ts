import { AsyncLocalStorage } from "node:async_hooks";
import { describePeer, type NetworkAttributes } from "../../operation/connection.ts";
import { isObject, stringOr } from "../../operation/message.ts";
import type { NameKind } from "../../operation/known-names.ts";
import { safely } from "../../output/safely.ts";
import { ownValue } from "../../privacy/own-properties.ts";
import { redactUri } from "../../privacy/uri.ts";
import * as semconv from "../../semconv.ts";
import { servedRequest } from "../http-requests.ts";
import { hub } from "../hub.ts";
import { replaceMethod } from "../replace.ts";
import { passOn } from "../connection/pass-on.ts";
import { createStandInSessions } from "./stand-in-sessions.ts";
import { createStandIn, type StandIn } from "./stand-in.ts";

/**
 * The server of `tmcp`. Its transports are no objects that it is given: they pass each message to `receive(message, context)`, which
 * returns the answer, and they listen to its events `send` and `broadcast` for what it sends. So each of its connections gets a
 * stand-in for a transport.
 * https://github.com/paoloricciuti/tmcp/tree/main/packages/tmcp
 */
export function wrapTmcpServer(prototype: object): boolean {
  for (const [method, kind] of REGISTRATIONS) wrapRegistration(prototype, method, kind);
  return (
    replaceMethod(
      prototype,
      "on",
      (original) =>
        function (event, callback, ...rest) {
          if (!isEventOut(event) || typeof callback !== "function")
            return original.call(this, event, callback, ...rest);
          safely("connect", () => attached(this as TmcpServer));
          const listener = callback as Listener;
          const wrapped: Listener = (detail) => sendOut(this as TmcpServer, event, detail, listener);
          return original.call(this, event, wrapped, ...rest);
        },
    ) &&
    replaceMethod(
      prototype,
      "receive",
      (original) =>
        function (...args) {
          if (hub() === undefined) return original.apply(this, args);
          const [message, context] = args;
          const found = safely("receive", () => connectionOf(this as TmcpServer, message, context));
          if (found === undefined) return original.apply(this, args);
          const { standIn, extra, done } = found;
          const answer = (): unknown => {
            try {
              return passOn(original.apply(this, args), done);
            } catch (error) {
              done();
              throw error;
            }
          };
          return serving.run(standIn, () => standIn.serves(message, answer, extra));
        },
    )
  );
}

/** The public parts of a server that are used. */
interface TmcpServer {
  /** From 1.20. */
  hasMethod?(method: string): boolean;
}

/** What the patches know of a server. */
interface Known {
  /** The connection of its stdio transport. */
  stdio?: StandIn;
  /** Subscriptions that are open, by what the transport calls their origin. */
  readonly subscriptions: Map<string, StandIn>;
}

const servers = new WeakMap<TmcpServer, Known>();
const sessions = createStandInSessions();
const serving = new AsyncLocalStorage<StandIn>();

function knownOf(server: TmcpServer): Known {
  let known = servers.get(server);
  if (known === undefined) {
    known = { subscriptions: new Map() };
    servers.set(server, known);
  }
  return known;
}

/** A transport listens to what the server sends: the server is about to serve. Its name is in its answer to `initialize`. */
function attached(server: TmcpServer): void {
  if (servers.has(server)) return;
  knownOf(server);
  const observing = hub();
  observing?.observer.connecting("server", undefined);
  observing?.observer.connected("server");
}

const HTTP = { [semconv.ATTR_NETWORK_TRANSPORT]: "tcp", [semconv.ATTR_NETWORK_PROTOCOL_NAME]: "http" };
const PIPE = { [semconv.ATTR_NETWORK_TRANSPORT]: "pipe" };

interface Found {
  readonly standIn: StandIn;
  /** What a transport of an SDK would pass beside the message. */
  readonly extra?: unknown;
  readonly done: () => void;
}

/** The connection that a message came over, by what its transport passes as context. */
function connectionOf(server: TmcpServer, message: unknown, context: unknown): Found {
  const known = knownOf(server);
  const sessionId = stringOr(ownValue(context, "sessionId"));
  const method = ownValue(message, "method");
  const origin = method === "subscriptions/listen" ? ownValue(context, "subscriptionOrigin") : undefined;
  // Transports over HTTP pass what authorised the request, and where nothing did they pass `undefined`.
  const overHttp = isObject(context) && Object.hasOwn(context, "auth");
  const network = overHttp ? HTTP : sessionId === undefined && readsStdin() ? PIPE : {};
  const standIn =
    network === PIPE
      ? (known.stdio ??= create(server, PIPE, undefined))
      : ((sessionId === undefined ? undefined : sessions.find(server, sessionId)) ??
        create(server, network, sessionId));
  const { connection } = standIn;
  const client = describePeer(ownValue(ownValue(context, "sessionInfo"), "clientInfo"));
  if (connection.client === undefined && client !== undefined) {
    connection.client = client;
    connection.changes += 1;
  }
  // Without a client that has introduced itself, each request over HTTP has another id, of which nothing is left behind.
  if (sessionId !== undefined && (client !== undefined || method === "initialize"))
    if (sessions.find(server, sessionId) === undefined) sessions.add(server, sessionId, standIn);
  if (typeof origin === "string") known.subscriptions.set(origin, standIn);
  const headers = overHttp ? servedRequest(undefined)?.headers() : undefined;
  return {
    standIn,
    ...(headers !== undefined && { extra: { requestInfo: { headers } } }),
    done() {
      if (typeof origin === "string") known.subscriptions.delete(origin);
    },
  };
}

function create(server: TmcpServer, network: NetworkAttributes, sessionId: string | undefined): StandIn {
  const streams =
    network === PIPE ? { _stdin: process.stdin as object, _stdout: process.stdout as object } : undefined;
  const standIn = createStandIn("server", { network, sessionId, streams });
  const held = new WeakRef(server);
  standIn.connection.handles = (method) => held.deref()?.hasMethod?.(method) === true;
  return standIn;
}

/**
 * Whether this process serves over stdio. Asked only for a message without a session and an HTTP request: another transport could be
 * one in memory.
 */
function readsStdin(): boolean {
  return process.stdin.listenerCount("data") > 0;
}

type Listener = (detail: unknown) => unknown;

/** The events by which a server hands messages to its transports: to the one that serves, or to all. */
type EventOut = "send" | "broadcast";
const isEventOut = (event: unknown): event is EventOut => event === "send" || event === "broadcast";

/** Messages that a first listener has got, as they were sent: each transport of a server listens, and one of them sends. */
const sent = new WeakMap<object, unknown>();

function sendOut(server: TmcpServer, event: EventOut, detail: unknown, listener: Listener): unknown {
  if (hub() === undefined || !isObject(detail)) return listener(detail);
  const { request } = detail;
  if (!isObject(request)) return listener(detail);
  const pass = (message: unknown): unknown => {
    sent.set(request, message);
    return listener(message === request ? detail : { ...detail, request: message });
  };
  if (sent.has(request)) return pass(sent.get(request));
  const standIn = safely("send", () =>
    event === "send" ? receiverOf(server, detail) : receiversOf(server, detail),
  );
  return standIn === undefined ? listener(detail) : standIn.departs(request, pass);
}

/** The connection that a message is sent over: that of the request which is served, or of a subscription. */
function receiverOf(server: TmcpServer, { subscriptionOrigin: origin }: Detail): StandIn | undefined {
  const known = knownOf(server);
  return typeof origin === "string" ? known.subscriptions.get(origin) : (serving.getStore() ?? known.stdio);
}

/** All connections at once: one span, without a session where there are several. */
function receiversOf(server: TmcpServer, { subscriptionOnly }: Detail): StandIn | undefined {
  if (subscriptionOnly === true) return undefined; // what subscribers get is sent to each
  const { stdio } = knownOf(server);
  if (stdio !== undefined) return stdio.isSession() ? stdio : undefined;
  const open = sessions.of(server).find((session) => session.isSession());
  return open && create(server, open.connection.network, undefined);
}

type Detail = Readonly<Record<string, unknown>>;

/** The ways to register something under a name: one definition, with what runs it, or a list of what was defined elsewhere. */
const REGISTRATIONS: readonly (readonly [method: string, kind: NameKind])[] = [
  ["tool", "tool"],
  ["tools", "tool"],
  ["prompt", "prompt"],
  ["prompts", "prompt"],
  ["resource", "resource"],
  ["resources", "resource"],
];

function wrapRegistration(prototype: object, method: string, kind: NameKind): void {
  replaceMethod(
    prototype,
    method,
    (original) =>
      function (...args) {
        safely("register", () => {
          const [given] = args;
          for (const one of Array.isArray(given) ? (given as unknown[]) : [given]) register(kind, one);
        });
        return original.apply(this, args);
      },
  );
}

function register(kind: NameKind, definition: unknown): void {
  const name = stringOr(ownValue(definition, kind === "resource" ? "uri" : "name"));
  if (name === undefined) return;
  const observing = hub();
  observing?.known.learn(kind, kind === "resource" ? redactUri(name) : name);
  if (kind === "tool") observing?.observer.offers(name, undefined);
}
