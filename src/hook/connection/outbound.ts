import { learnFromRequest, learnFromResult } from "../../operation/connection.ts";
import { measureToolResult } from "../../privacy/uri.ts";
import {
  describeMessage,
  isObject,
  metaOf,
  paramsOf,
  progressTokenOf,
  type JsonObject,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../../operation/message.ts";
import { methodRow } from "../../operation/methods.ts";
import type { Carrier } from "../../operation/observer.ts";
import { describeOperation, describeProgress } from "../../operation/operation.ts";
import { describeRejection, describeResponse, SUCCESS } from "../../operation/outcome.ts";
import * as semconv from "../../semconv.ts";
import { claimCall } from "./calls.ts";
import { isFaithful } from "./inject-meta.ts";
import type { Hub } from "../hub.ts";
import { acknowledge } from "./inbound.ts";
import { finish, learnNames, type PendingRequest } from "../../operation/requests.ts";
import { safely, surround } from "../../output/safely.ts";
import { serverAnswered } from "./session-start.ts";
import { passOn } from "./pass-on.ts";
import { departed, type Tap } from "./tap-state.ts";

/** How a message leaves: what is sent in its place, inside what, and who hears how sending it went. */
interface Departure {
  readonly message: unknown;
  readonly around?: <T>(send: () => T) => T;
  readonly settled?: (failure: { readonly error: unknown } | undefined) => void;
}

/** A message is handed to the transport. `send` passes it on; what it gives back is the caller's. */
export function depart(tap: Tap, message: unknown, hub: Hub, send: (message: unknown) => unknown): unknown {
  // Read here, inside the net: beyond it nothing of what our code made is trusted to be what it should.
  const departure = safely("depart", () => {
    const { message: outgoing, around, settled } = observe(tap, message, hub) ?? { message };
    if (!isFaithful(outgoing, message)) throw new Error("another message would have been sent");
    return { outgoing, around, settled };
  });
  const { outgoing, around = (fn) => fn(), settled }: Read = departure ?? { outgoing: message };
  try {
    const result = surround("send", around, () => send(outgoing));
    return settled === undefined ? result : passOn(result, settled);
  } catch (error) {
    if (settled !== undefined) safely("send", () => settled({ error }));
    throw error;
  }
}

interface Read {
  readonly outgoing: unknown;
  readonly around?: Departure["around"] | undefined;
  readonly settled?: Departure["settled"] | undefined;
}

function observe(tap: Tap, value: unknown, hub: Hub): Departure | undefined {
  // At the edge alone: elsewhere the same object is a message of its own, forwarded or sent to several.
  if (tap.edge && isObject(value) && departed.has(value)) return undefined;
  const departure = describeDeparture(tap, value, hub);
  if (isObject(departure?.message)) departed.add(departure.message);
  return departure;
}

function describeDeparture(tap: Tap, value: unknown, hub: Hub): Departure | undefined {
  const seen = describeMessage(value);
  switch (seen?.kind) {
    case "request":
      learnFromRequest(tap.connection, seen.message);
      return requestDeparts(tap, seen.message, hub);
    case "notification":
      return notificationDeparts(tap, seen.message, hub);
    case "response":
      return responseDeparts(tap, seen.message, hub);
    case undefined:
      return undefined;
  }
}

function requestDeparts(tap: Tap, message: RequestMessage, hub: Hub): Departure {
  const operation = describeOperation(message, "client", tap.connection, hub.known);
  const active = hub.observer.begin(operation, {}, paramsOf(message));
  const pending: PendingRequest = {
    id: message.id,
    operation,
    active,
    progressToken: progressTokenOf(message),
    awaited: false,
    changesSeen: tap.connection.changes,
  };
  tap.outbound.add(pending);
  const call = claimCall(message.method);
  if (call !== undefined) {
    pending.awaited = true;
    call.settle = (failure) => {
      tap.outbound.remove(pending);
      const outcome =
        failure === undefined
          ? (pending.provisional ?? SUCCESS)
          : describeRejection(failure.error, call.aborted());
      finish(pending, outcome, tap.connection, hub.known);
    };
  }
  return {
    message: withMeta(message, active.carrier),
    around: (send) => active.run(send),
    // Nobody awaits it through the SDK (v2's listen and probe): a failure to send is all that will be heard of it.
    ...(call === undefined && {
      settled: (failure) => {
        if (failure === undefined) return;
        tap.outbound.remove(pending);
        finish(pending, describeRejection(failure.error, false), tap.connection, hub.known);
      },
    }),
  };
}

function notificationDeparts(tap: Tap, message: NotificationMessage, hub: Hub): Departure {
  const params = paramsOf(message);
  if (methodRow(message.method).signal === "progress") {
    const request = tap.inbound.byToken(params?.["progressToken"])?.active;
    if (request === undefined || params === undefined) return { message };
    request.event(semconv.EVENT_PROGRESS, describeProgress(params));
    return { message: withMeta(message, request.carrier) };
  }
  acknowledge(tap.inbound, message, tap, hub);
  if (message.method === "notifications/cancelled") takeBack(tap, params?.["requestId"], hub);
  const active = hub.observer.begin(
    describeOperation(message, "client", tap.connection, hub.known),
    {},
    params,
  );
  return {
    message: withMeta(message, active.carrier),
    around: (send) => active.run(send),
    settled: (failure) =>
      active.end(failure === undefined ? SUCCESS : describeRejection(failure.error, false)),
  };
}

/** A request that no promise is awaited for is over when this process takes it back. */
function takeBack(tap: Tap, id: unknown, hub: Hub): void {
  const pending = tap.outbound.find(id);
  if (pending === undefined || pending.awaited) return;
  tap.outbound.remove(pending);
  finish(pending, { errorType: semconv.ERROR_TYPE_CANCELLED }, tap.connection, hub.known);
}

function responseDeparts(tap: Tap, response: ResponseMessage, hub: Hub): Departure {
  const pending = tap.inbound.take(response.id);
  if (pending === undefined) return { message: response };
  // Ended before it is passed on: afterwards the peer, in memory or faster than we are, may have ended its own span.
  learnFromResult(tap.connection, pending.operation.method, response["result"]);
  learnNames(pending.operation.method, response["result"], hub.known);
  pending.result = response["result"];
  const outcome = describeResponse(response, "server");
  serverAnswered(tap, pending.operation.method, outcome, hub);
  const size =
    pending.operation.method === "tools/call" && "result" in response
      ? { resultBytes: measureToolResult(response["result"]) }
      : {};
  finish(pending, { ...outcome, ...size }, tap.connection, hub.known);
  return { message: response };
}

/**
 * The message with trace context in `params._meta` (SEP-414). A copy: in memory both sides share the object. What the
 * caller has put there stays; a trace context of the caller's own is not mixed with ours.
 */
function withMeta(message: JsonObject, carrier: Carrier): unknown {
  const added: Record<string, string> = {};
  for (const [key, value] of Object.entries(carrier)) if (typeof value === "string") added[key] = value;
  if (Object.keys(added).length === 0) return message;
  const { params } = message;
  if (params !== undefined && !isObject(params)) return message;
  const meta = params?.["_meta"];
  if (meta !== undefined && !isObject(meta)) return message;
  if (metaOf(params)?.["traceparent"] !== undefined) delete added["tracestate"];
  return { ...message, params: { ...params, _meta: { ...added, ...meta } } };
}
