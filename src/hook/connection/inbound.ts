import { learnFromRequest, learnFromResult, learnVersion } from "../../operation/connection.ts";
import {
  describeMessage,
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
import { taskEndIn, taskEndOf } from "../../operation/tasks.ts";
import { asksForInput, CANCELLED, describeResponse, SUCCESS } from "../../operation/outcome.ts";
import * as semconv from "../../semconv.ts";
import type { Hub } from "../hub.ts";
import { isBatch, readable } from "./readable.ts";
import { servedRequest, type ServedRequest } from "../http-requests.ts";
import { noteArrived } from "./arrived-context.ts";
import {
  acknowledgedBy,
  describeQuestion,
  finish,
  learnNames,
  type PendingRequest,
  type PendingTable,
} from "../../operation/requests.ts";
import { taskAskedFor } from "../../operation/tool-tasks.ts";
import { endTask, finishOrFollow } from "./tasks.ts";
import { safely, surround } from "../../output/safely.ts";
import { clientAnswered } from "./session-start.ts";
import { versionHeaderOf } from "../sdk-shapes.ts";
import { arrivedAt, currentRequest, type Tap } from "./tap-state.ts";

/** The wrapper around a delivery, and the work after it. */
interface Arrival {
  readonly around: Around;
  readonly after?: (() => void) | undefined;
}
type Around = <T>(deliver: () => T) => T;

/**
 * Handles a message that arrives. `deliver` passes it to the protocol, synchronously: some transports decide by what
 * is sent during that call (v2's PerRequestHTTPServerTransport picks the HTTP status so).
 */
export function arrive(
  tap: Tap,
  message: unknown,
  extra: unknown,
  hub: Hub,
  deliver: () => unknown,
): unknown {
  // Read here, inside `safely`: if the reading throws, the message is still delivered.
  const arrival = safely("arrive", () => {
    const { around, after } = observe(tap, message, extra, hub) ?? {};
    return { around, after };
  });
  if (arrival?.around === undefined) return deliver();
  const { around, after } = arrival;
  try {
    return surround("deliver", around, deliver);
  } finally {
    if (after !== undefined) safely("after delivery", after);
  }
}

function observe(tap: Tap, value: unknown, extra: unknown, hub: Hub): Arrival | undefined {
  tap.session?.seen();
  return isBatch(value) ? observeBatch(tap, value, extra, hub) : observeOne(tap, value, extra, hub);
}

/** A batch is handled in one call, so no message of it but a single one has a context of its own. */
function observeBatch(tap: Tap, batch: readonly unknown[], extra: unknown, hub: Hub): Arrival | undefined {
  const arrivals = batch.flatMap((value) => observeOne(tap, value, extra, hub) ?? []);
  const [first, second] = arrivals;
  if (first === undefined || second === undefined) return first;
  return {
    around: (deliver) => deliver(),
    after() {
      for (const { after } of arrivals) after?.();
    },
  };
}

function observeOne(tap: Tap, value: unknown, extra: unknown, hub: Hub): Arrival | undefined {
  const seen = describeMessage(readable(value));
  if (seen === undefined) return undefined;
  if (seen.kind !== "response" && arrivedBefore(tap, value as object)) return undefined;
  switch (seen.kind) {
    case "request":
    case "notification":
      learnVersion(tap.connection, versionHeaderOf(extra));
      learnFromRequest(tap.connection, seen.message);
      return seen.kind === "request"
        ? requestArrives(tap, seen.message, extra, hub)
        : notificationArrives(tap, seen.message, extra, hub);
    case "response":
      return responseArrives(tap, seen.message, hub);
  }
}

/**
 * Whether the message has arrived at another tap. A bare transport whose messages arrive at one with a protocol is the
 * edge of that: wrapped by it, or an entry in front of the protocol.
 */
function arrivedBefore(tap: Tap, message: object): boolean {
  const first = tap.bare || tap.shares ? undefined : arrivedAt.get(message);
  if (first !== undefined && first !== tap) {
    first.edge = true;
    return true;
  }
  if (tap.bare && !tap.edge) arrivedAt.set(message, tap);
  return false;
}

function requestArrives(tap: Tap, message: RequestMessage, extra: unknown, hub: Hub): Arrival | undefined {
  if (tap.edge) {
    if (methodRow(message.method).endsAt === undefined) return undefined;
    arrivedAt.set(message, tap);
  }
  const http = currentExchange(tap, extra);
  const operation = describeOperation(message, "server", tap.connection, hub.known, http?.attributes);
  const carrier = carrierOf(message);
  const pending: PendingRequest = {
    id: message.id,
    operation,
    active: hub.observer.begin(operation, carrier, paramsOf(message), http?.headers),
    progressToken: progressTokenOf(message),
    awaited: false,
    taskId: taskAskedFor(message),
    isGone: tap.resumable ? undefined : http?.gone,
    changesSeen: tap.connection.changes,
  };
  tap.inbound.add(pending);
  // Only for these two do patches deeper in the SDK look up the request they run in.
  const looked = message.method === "tools/call" || message.method === "resources/read";
  return {
    around: (deliver) => pending.active.run(looked ? () => currentRequest.run(pending, deliver) : deliver),
  };
}

function notificationArrives(
  tap: Tap,
  message: NotificationMessage,
  extra: unknown,
  hub: Hub,
): Arrival | undefined {
  const params = paramsOf(message);
  const cancels = message.method === "notifications/cancelled";
  if (tap.edge && !(cancels && tap.subscriptions.delete(params?.["requestId"]))) return undefined;
  if (methodRow(message.method).signal === "progress") {
    if (params !== undefined)
      tap.outbound
        .byToken(params["progressToken"])
        ?.active.event(semconv.EVENT_PROGRESS, describeProgress(params));
    return undefined;
  }
  if (cancels) {
    // A cancelled request gets no response, so the cancellation ends it.
    const cancelled = tap.inbound.take(params?.["requestId"]);
    if (cancelled !== undefined) finish(cancelled, CANCELLED, tap.connection, hub.known);
  }
  const http = currentExchange(tap, extra);
  const active = hub.observer.begin(
    describeOperation(message, "server", tap.connection, hub.known, http?.attributes),
    carrierOf(message),
    params,
    http?.headers,
  );
  // Afterwards: the request that it ends, and its parent, are still open.
  acknowledge(tap.outbound, message, tap, hub);
  endTask(tap, taskEndIn(message, "client"), "client", hub);
  return { around: (deliver) => active.run(deliver), after: () => active.end(SUCCESS) };
}

/** Ends a request whose stream stays open: the acknowledgement is its answer. */
export function acknowledge(table: PendingTable, message: NotificationMessage, tap: Tap, hub: Hub): void {
  const id = acknowledgedBy(message);
  const pending = id === undefined ? undefined : table.take(id);
  if (pending === undefined) return;
  if (tap.edge) tap.subscriptions.add(id);
  finish(pending, SUCCESS, tap.connection, hub.known);
}

function responseArrives(tap: Tap, response: ResponseMessage, hub: Hub): Arrival | undefined {
  // v1 and v2 look requests up by `Number(id)`, so an answer with id "3" reaches request 3.
  const pending = tap.outbound.take(response.id) ?? tap.outbound.take(Number(response.id));
  if (pending === undefined) return undefined;
  const { method } = pending.operation;
  learnFromResult(tap.connection, method, response["result"]);
  learnNames(method, response["result"], hub.known, tap.connection.owner);
  pending.result = response["result"];
  const outcome = describeResponse(response, "client", method);
  endTask(tap, taskEndOf(describeQuestion(pending), response, "client"), "client", hub);
  clientAnswered(tap, outcome, hub);
  // The response is a success, but the caller's promise may still reject: the SDK has yet to validate the result.
  if (pending.awaited && outcome === SUCCESS && !asksForInput(response)) {
    pending.provisional = outcome;
    return undefined;
  }
  finishOrFollow(tap, pending, outcome, hub);
  // During the delivery the SDK asks the user and sends the request again: that belongs to this call, not to the one
  // that opened the stream.
  return asksForInput(response) ? { around: (deliver) => pending.active.run(deliver) } : undefined;
}

function carrierOf(message: JsonObject): Carrier {
  const meta = metaOf(paramsOf(message));
  if (meta !== undefined) noteArrived(meta);
  return meta ?? {};
}

/** The HTTP request a message came with, on a server. */
function currentExchange(tap: Tap, extra: unknown): ServedRequest | undefined {
  const { role, network } = tap.connection;
  if (role !== "server" || network[semconv.ATTR_NETWORK_PROTOCOL_NAME] !== "http") return undefined;
  return servedRequest(extra);
}
