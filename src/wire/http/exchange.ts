import type { IncomingHttpHeaders } from "node:http";
import { CLIENT_GONE_STATUS, describeHttpMethod, type Endpoints } from "../../operation/http-endpoint.ts";
import { isObject } from "../../operation/message.ts";
import type { Carrier } from "../../operation/observer.ts";
import { CANCELLED, CONNECTION_CLOSED, SUCCESS, type Outcome } from "../../operation/outcome.ts";
import { safely } from "../../output/safely.ts";
import * as semconv from "../../semconv.ts";
import { editMeta } from "../edit-meta.ts";
import { addressKey, sessionKey, type HttpConversations } from "./conversations.ts";
import { createMessageReader, type MessageReader } from "./message-reader.ts";
import { parse } from "../parse.ts";
import type { Observing, Passed } from "../passing.ts";

/** What is known of a request before its body. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly httpVersion: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/** One HTTP request and its response, as they are observed. */
export interface Exchange {
  /** Whether its body may be a message. */
  readonly mayAsk: boolean;
  /** The whole body of the request. @returns what is to be sent on in its place, and what belongs into the headers */
  asks(body: Buffer): { readonly body: Buffer; readonly context: Carrier };
  /** The body is too long to be read. */
  unread(): void;
  responds(status: number, headers: IncomingHttpHeaders): void;
  data(chunk: Buffer): void;
  /** Calls after the first do nothing. */
  end(how: "complete" | "client gone" | "target gone"): void;
}

/** Where exchanges come together. */
export interface Observed {
  readonly observing: Observing;
  readonly conversations: HttpConversations;
  readonly endpoints: Endpoints;
}

/** A longer id is not remembered, in characters: a server that knows no sessions takes any that a client makes up. */
const MAX_SESSION_ID = 1024;

/** What the metrics say where no status was sent: of the proxy's own answer, and of a client that did not wait for any. */
const OWN_STATUS = { complete: 502, "target gone": 502, "client gone": CLIENT_GONE_STATUS } as const;

export function createExchange(
  { observing, conversations, endpoints }: Observed,
  request: ProxiedRequest,
): Exchange {
  const since = performance.now();
  const { method, url, headers } = request;
  const session = one(headers["mcp-session-id"]);
  const inSession = session === undefined ? undefined : conversations.find(sessionKey(session));
  const byAddress = inSession === undefined ? conversations.find(addressKey(url)) : undefined;
  const conversation = inSession ?? byAddress ?? conversations.open(session);
  conversation.version(one(headers["mcp-protocol-version"]));

  const asked: Passed[] = [];
  let initializes = false;
  /** A stream that lasts as long as its client stays. */
  let isStanding = method === "GET" || headers["mcp-method"] === "subscriptions/listen";
  let status = 0;
  let streams = false;
  let resumable = false;
  let reader: MessageReader | undefined;
  let address: string | undefined;
  /** Something in the response could not be read: an answer, most likely. */
  let unreadable = false;
  let ended = false;

  const circumstances = {
    headers: () => headers,
    exchange: {
      ...(request.address !== undefined && { [semconv.ATTR_CLIENT_ADDRESS]: request.address }),
      ...(request.port !== undefined && { [semconv.ATTR_CLIENT_PORT]: request.port }),
      [semconv.ATTR_NETWORK_PROTOCOL_VERSION]: request.httpVersion,
    },
  };

  function ask(message: unknown): Carrier {
    const called = isObject(message) ? message["method"] : undefined;
    if (called === "initialize") {
      initializes = true;
      // What makes a session is the answer, and not what the client calls it.
      if (!conversation.kept) conversation.sessionId = undefined;
    }
    if (called === "subscriptions/listen") isStanding = true;
    const passed = conversation.toServer(message, circumstances);
    if (passed.settle !== undefined) asked.push(passed);
    return passed.carrier;
  }

  /** A session that has begun, here or before this process did. The target has agreed to it: anybody can name an id. */
  function learnSession(given: string | undefined): void {
    if (status >= 400 || conversation.kept) return;
    const id = initializes ? given : session;
    if (id === undefined || id.length > MAX_SESSION_ID) return;
    const key = sessionKey(id);
    // Two requests may both be the first that names a session: one conversation is enough, and only a new session ends an old one.
    if (!initializes && conversations.find(key) !== undefined) return;
    conversation.sessionId = id;
    conversations.keep(key, conversation)?.end();
  }

  /** Before Streamable HTTP: the stream says where the messages of its connection are to be sent. */
  function learnAddress(where: string): void {
    if (method !== "GET" || address !== undefined) return;
    const to = new URL(where, `http://target${url}`);
    const query = to.searchParams;
    conversation.sessionId = query.get("sessionId") ?? query.get("session_id") ?? to.pathname + to.search;
    address = addressKey(to.pathname + to.search);
    // Some servers name the same address on every stream. The stream that had it goes on until its own end.
    conversations.keep(address, conversation);
  }

  function settle(how: Parameters<Exchange["end"]>[0]): void {
    // The answer comes by the stream of the connection, or by a stream that goes on with this one.
    const later = status > 0 && status < 400 && (byAddress !== undefined || status === 202 || resumable);
    if (!(later && conversation.kept))
      for (const { settle: over } of asked) over?.(describeUnanswered(status, how, unreadable));
    const closed = method === "DELETE" && status >= 200 && status < 300;
    if (session !== undefined && (closed || status === 404)) conversations.end(sessionKey(session));
    if (address !== undefined) conversations.end(address, conversation);
    if (!conversation.kept) conversation.end();
  }

  function count(how: Parameters<Exchange["end"]>[0]): void {
    if (status < 400 && (streams || asked.length > 0)) endpoints.learn(url);
    observing.observer.httpExchange({
      endpoint: endpoints.describe(url),
      method: describeHttpMethod(method),
      status: status === 0 ? OWN_STATUS[how] : status,
      durationMs: performance.now() - since,
      stream: streams && isStanding,
    });
  }

  return {
    mayAsk:
      method === "POST" &&
      /^application\/json\b/i.test(headers["content-type"] ?? "") &&
      headers["content-encoding"] === undefined,
    asks: (body) =>
      safely("http request", () => {
        const message = parse(body);
        if (!Array.isArray(message)) {
          const context = ask(message);
          return { body: editMeta(body, message, context), context };
        }
        for (const each of message) ask(each);
        return undefined;
      }) ?? { body, context: {} },
    unread: () => conversation.unread(),
    responds(code, given) {
      safely("http response", () => {
        status = code;
        learnSession(one(given["mcp-session-id"]));
        const type = (given["content-type"] ?? "").toLowerCase();
        streams = type.startsWith("text/event-stream");
        reader = createMessageReader(type, (given["content-encoding"] ?? "").toLowerCase(), {
          message: (message) => conversation.toClient(message),
          endpoint: learnAddress,
          resumable: () => (resumable = true),
          unread: () => {
            unreadable = true;
            conversation.unread();
          },
        });
      });
    },
    data(chunk) {
      if (reader !== undefined) safely("http response", () => reader?.push(chunk));
    },
    end(how) {
      if (ended) return;
      ended = true;
      const finish = (): void => safely("end of http response", () => settle(how));
      if (reader === undefined) finish();
      else safely("end of http response", () => reader?.end(finish));
      safely("http exchange", () => count(how));
    },
  };
}

/** HTTP has refused the request, or its answer will not come, or it came and could not be read: then HTTP's success is what is known. */
function describeUnanswered(
  status: number,
  how: Parameters<Exchange["end"]>[0],
  unreadable: boolean,
): Outcome {
  if (status >= 400) return { errorType: String(status) };
  if (unreadable && how === "complete") return SUCCESS;
  return how === "client gone" ? CANCELLED : CONNECTION_CLOSED;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
