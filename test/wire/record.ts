import { TRACE_KEYS, bareMessage } from "./trace-keys.ts";
import type { Conversation } from "../matrix/conversation.ts";
import type { Exchange } from "./http-recorder.ts";

/** What went over one pipe in one direction, or in one HTTP exchange: in order, one message (or piece of HTTP) a line. */
export interface Stretch {
  name: string;
  lines: string[];
}

export function recordOf(conversation: Conversation, exchanges: Exchange[]): Stretch[] {
  const inMemory = conversation.memory.map(({ from, sent }) => ({ name: `from the ${from}`, lines: [sent] }));
  const onPipes = conversation.pipes.flatMap(({ toServer, toClient }, n) => [
    { name: `to server ${n}`, lines: toServer.split("\n") },
    { name: `from server ${n}`, lines: toClient.split("\n") },
  ]);
  // A client opens its long-lived stream beside its next request: which of them is first is random, with or without
  // mcp-otelkit.
  const overHttp = exchanges
    .map(describeExchange)
    .toSorted((one, other) => (bareText(one) < bareText(other) ? -1 : 1));
  return [...inMemory, ...onPipes, ...overHttp];
}

function describeExchange(exchange: Exchange): Stretch {
  const name = `${exchange.method} ${withoutIds(exchange.path)}`;
  const lines = [
    ...headerLines(exchange.requestHeaders, exchange.request),
    ...bodyLines(exchange.request),
    `status ${exchange.status}`,
    ...headerLines(exchange.responseHeaders, exchange.response),
    ...bodyLines(exchange.response),
  ];
  return { name, lines };
}

/** Server-sent events are split, since a message is on its own line: `data: <message>`. */
function bodyLines(body: string): string[] {
  return body
    .split("\n")
    .flatMap((line) => (line.startsWith("data: ") ? ["data: ", withoutIds(line.slice(6))] : [line]));
}

/**
 * Headers, without those of HTTP instrumentation, and without the values that are never the same twice: the date and
 * the port. A length is checked here, against the body, and then left out: the bodies themselves are compared.
 */
function headerLines(raw: string[], body: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const [name = "", value = ""] = raw.slice(at, at + 2);
    const known = name.toLowerCase();
    if (TRACE_KEYS.includes(known)) continue;
    if (known === "content-length" && Number(value) !== Buffer.byteLength(body)) {
      throw new Error(
        `content-length ${value} of a body of ${Buffer.byteLength(body)} bytes: ${body.slice(0, 200)}`,
      );
    }
    lines.push(["date", "host", "content-length"].includes(known) ? `${name}: ~` : `${name}: ${value}`);
  }
  return lines;
}

/** Session ids of the SSE transport, the only random thing in a conversation. */
function withoutIds(text: string): string {
  return text.replace(/sessionId=[0-9a-f]{8}-[0-9a-f-]{27}/, "sessionId=~");
}

function bareText({ name, lines }: Stretch): string {
  return [name, ...lines.map(bareMessage)].join("\n");
}
