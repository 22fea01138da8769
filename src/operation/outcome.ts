import * as semconv from "../semconv.ts";
import { classNameOf } from "./class-name.ts";
import { isObject, isRequestId, stringOr, type ResponseMessage } from "./message.ts";
import { methodRow } from "./methods.ts";
import type { AttributeValues, Side } from "./operation.ts";

/** How an operation ended. `errorType` is there if and only if it counts as failed. */
export interface Outcome {
  readonly errorType?: string;
  /** The JSON-RPC error code of the response, failed or not. */
  readonly statusCode?: string;
  /** The JSON-RPC error's message as it came; redacted and made optional where it is recorded. */
  readonly message?: string;
  /** The peer took the request back. On its server's side that is not an error. */
  readonly cancelled?: true;
  /** One side knows a revision of the protocol that the other does not, and said so: they agree on another. */
  readonly negotiated?: true;
  /** The class name of the error a tool threw, where the SDK let it be seen. */
  readonly thrown?: string;
  /** Bytes of content in a tool's result, counted on its server. */
  readonly resultBytes?: number;
  /** The operation's name with what is known at its end. */
  readonly name?: string;
  /** The result as it came: content, of which only what the user wants is recorded. */
  readonly result?: unknown;
  /** What became known only after the beginning. */
  readonly attributes?: AttributeValues;
}

export const SUCCESS: Outcome = {};
export const CANCELLED: Outcome = { cancelled: true };
export const CONNECTION_CLOSED: Outcome = { errorType: semconv.ERROR_TYPE_CONNECTION_CLOSED };
const TIMEOUT: Outcome = { errorType: semconv.ERROR_TYPE_TIMEOUT };

/**
 * JSON-RPC codes by which a server says that its caller was wrong: recorded there, but no error of the server's.
 * Parse error, invalid request, method not found, invalid params, resource not found.
 * Source: semantic conventions for MCP, server spans.
 */
const CALLER_WAS_WRONG: ReadonlySet<number> = new Set([-32700, -32600, -32601, -32602, -32002]);

/** Whether a JSON-RPC code says that the protocol itself refused the request, before any code of the application's had it. */
export function isCallersFault(statusCode: string | undefined): boolean {
  return statusCode !== undefined && CALLER_WAS_WRONG.has(Number(statusCode));
}

/**
 * Reads a response. A result of kind `input_required` (2026-07-28) is an ordinary one.
 * @param method what was asked, where that makes a difference: a refusal may be how two revisions of the protocol find each other
 */
export function describeResponse(response: ResponseMessage, side: Side, method = ""): Outcome {
  if (!("error" in response)) {
    const result = response["result"];
    return isObject(result) && result["isError"] === true
      ? { errorType: semconv.ERROR_TYPE_TOOL_ERROR }
      : SUCCESS;
  }
  const error = isObject(response["error"]) ? response["error"] : {};
  const code = error["code"];
  if (typeof code !== "number") return { errorType: semconv.OTHER };
  const message = stringOr(error["message"]);
  if (methodRow(method).declinedBy?.(code, error["data"]) === true)
    return { statusCode: String(code), negotiated: true };
  return {
    statusCode: String(code),
    ...(message !== undefined && { message }),
    ...(!(side === "server" && CALLER_WAS_WRONG.has(code)) && { errorType: String(code) }),
  };
}

/** True for an answer that asks the caller to come again with more input; the call as a whole goes on. */
export function asksForInput(response: ResponseMessage): boolean {
  const result = response["result"];
  return isObject(result) && result["resultType"] === "input_required";
}

/**
 * Reads the error that rejected a request's promise without a response on the wire.
 * By shape, not by class: each SDK version, format and copy brings classes of its own.
 */
export function describeRejection(error: unknown, aborted: boolean | "timeout", method = ""): Outcome {
  // First: SDKs reject an aborted request with the code of a timeout (v1 from 1.24, v2), or with the bare reason.
  if (aborted !== false) return aborted === "timeout" ? TIMEOUT : { errorType: semconv.ERROR_TYPE_CANCELLED };
  if (!isObject(error)) return { errorType: semconv.OTHER };
  const { code } = error;
  if (code === -32001 || code === "REQUEST_TIMEOUT" || isTimeout(error)) return TIMEOUT;
  if (code === -32000 || code === "CONNECTION_CLOSED") return CONNECTION_CLOSED;
  return describeHttpRefusal(error, method) ?? { errorType: classNameOf(error) };
}

/** The reason that `AbortSignal.timeout` gives, and every `fetch` that was given such a signal. */
export function isTimeout(reason: unknown): boolean {
  return isObject(reason) && reason["name"] === "TimeoutError";
}

/** A response that the transport did not take: nothing of it has reached the peer, whatever it said. */
export function describeUnsent(error: unknown): Outcome {
  if (!isObject(error)) return { errorType: semconv.OTHER };
  const { code, message } = error;
  if (CLOSED_CODES.has(code) || CLOSED_MESSAGES.test(String(message))) return CONNECTION_CLOSED;
  return { errorType: classNameOf(error) };
}

/** How Node and the SDKs say that there is nobody at the other end any more. */
const CLOSED_CODES: ReadonlySet<unknown> = new Set([
  -32000,
  "CONNECTION_CLOSED",
  "NOT_CONNECTED",
  "EPIPE",
  "ECONNRESET",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_WRITE_AFTER_END",
]);
const CLOSED_MESSAGES =
  /^(?:Not connected|No connection established|WebSocket is not open|Controller is already closed|Invalid state: Controller is already closed)/;

/** HTTP said no before any JSON-RPC answer; where its body holds one after all, that one counts. */
function describeHttpRefusal(error: Readonly<Record<string, unknown>>, method: string): Outcome | undefined {
  const className = classNameOf(error);
  const status = Object.hasOwn(HTTP_STATUS_OF, className) ? HTTP_STATUS_OF[className]?.(error) : undefined;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 100) return undefined;
  const answer = jsonRpcErrorIn(isObject(error["data"]) ? error["data"]["text"] : undefined);
  if (answer !== undefined) return describeResponse(answer, "client", method);
  // A server of an older revision, asked for a method that it cannot know, without a session that it expects.
  if (methodRow(method).probes === true && DECLINES.has(status)) return { negotiated: true };
  return { errorType: String(status) };
}

const DECLINES: ReadonlySet<number> = new Set([400, 404, 405, 406, 501]);

/** Where each generation's HTTP transport errors keep the status. */
const HTTP_STATUS_OF: Readonly<Record<string, (error: Readonly<Record<string, unknown>>) => unknown>> = {
  Error: (error) => Number(/^Error POSTing to endpoint \(HTTP (\d{3})\)/.exec(String(error["message"]))?.[1]), // v1 SSE, v1 up to 1.20
  StreamableHTTPError: (error) => error["code"],
  SseError: (error) => error["code"],
  UnauthorizedError: () => 401, // after the SDK's own attempt to sign in
  SdkHttpError: (error) => error["status"] ?? (isObject(error["data"]) ? error["data"]["status"] : undefined),
};

function jsonRpcErrorIn(body: unknown): ResponseMessage | undefined {
  if (typeof body !== "string" || body.length > 65_536) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    // An edge that refuses a request unread answers with id null: that is HTTP speaking, not the method's own answer.
    return isObject(parsed) && isRequestId(parsed["id"]) && isObject(parsed["error"])
      ? (parsed as ResponseMessage)
      : undefined;
  } catch {
    return undefined; // an HTML error page, for example
  }
}
