import { learnFromRequest, learnFromResult } from "../../operation/connection.ts";
import { measureToolResult } from "../../privacy/uri.ts";
import {
  describeMessage,
  paramsOf,
  progressTokenOf,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../../operation/message.ts";
import { methodRow } from "../../operation/methods.ts";
import type { Carrier } from "../../operation/observer.ts";
import { describeOperation, describeProgress } from "../../operation/operation.ts";
import {
  CONNECTION_CLOSED,
  describeRejection,
  describeResponse,
  describeUnsent,
  SUCCESS,
} from "../../operation/outcome.ts";
import { taskEndIn, taskEndOf } from "../../operation/tasks.ts";
import * as semconv from "../../semconv.ts";
import { claimCall } from "./calls.ts";
import type { Hub } from "../hub.ts";
import { acknowledge } from "./inbound.ts";
import { followTap } from "./close.ts";
import {
  describeQuestion,
  finish,
  learnNames,
  listedNames,
  type PendingRequest,
} from "../../operation/requests.ts";
import { taskAskedFor } from "../../operation/tool-tasks.ts";
import { endTask, finishOrFollow } from "./tasks.ts";
import { serverAnswered } from "./session-start.ts";
import { currentAnswer, type Tap } from "./tap-state.ts";

/** How a message is sent: with what trace context, inside which context, and what is called with the result. */
export interface Departure {
  /** For a message that carries trace context. */
  readonly carrier?: Carrier;
  readonly around?: <T>(send: () => T) => T;
  readonly settled?: (failure: { readonly error: unknown } | undefined) => void;
}

/** What is known of a message that departs, and what follows from it. */
export function describeDeparture(tap: Tap, value: unknown, hub: Hub): Departure | undefined {
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
    taskId: taskAskedFor(message),
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
          : describeRejection(failure.error, call.aborted(), message.method);
      finishOrFollow(tap, pending, outcome, hub);
    };
  }
  return {
    carrier: active.carrier,
    around: (send) => active.send(send),
    // The SDK awaits no promise for it (v2's listen and probe): a failure to send is its only outcome.
    ...(call === undefined && {
      settled: (failure) => {
        if (failure === undefined) return;
        tap.outbound.remove(pending);
        const outcome = describeRejection(failure.error, false, message.method);
        finish(pending, outcome, tap.connection, hub.known);
      },
    }),
  };
}

function notificationDeparts(tap: Tap, message: NotificationMessage, hub: Hub): Departure {
  const params = paramsOf(message);
  if (methodRow(message.method).signal === "progress") {
    const request = tap.inbound.byToken(params?.["progressToken"])?.active;
    if (request === undefined || params === undefined) return {};
    request.event(semconv.EVENT_PROGRESS, describeProgress(params));
    return { carrier: request.carrier };
  }
  if (message.method === "notifications/cancelled") takeBack(tap, params?.["requestId"], hub);
  const active = hub.observer.begin(
    describeOperation(message, "client", tap.connection, hub.known),
    {},
    params,
  );
  // After that: the request that it ends is still open, and its parent.
  acknowledge(tap.inbound, message, tap, hub);
  endTask(tap, taskEndIn(message, "server"), "server", hub);
  return {
    carrier: active.carrier,
    around: (send) => active.send(send),
    settled: (failure) =>
      active.end(failure === undefined ? SUCCESS : describeRejection(failure.error, false)),
  };
}

/** Ends a request without an awaited promise, when this process cancels it. */
function takeBack(tap: Tap, id: unknown, hub: Hub): void {
  const pending = tap.outbound.find(id);
  if (pending === undefined || pending.awaited) return;
  tap.outbound.remove(pending);
  finish(pending, { errorType: semconv.ERROR_TYPE_CANCELLED }, tap.connection, hub.known);
}

function responseDeparts(tap: Tap, response: ResponseMessage, hub: Hub): Departure {
  const pending = tap.inbound.take(response.id);
  if (pending === undefined) return {};
  const { method } = pending.operation;
  learnFromResult(tap.connection, method, response["result"]);
  learnNames(method, response["result"], hub.known);
  if (method === "tools/list" && tap.connection.role === "server")
    for (const name of listedNames("tool", response["result"]))
      if (typeof name === "string") hub.observer.offers(name, tap.connection.self);
  pending.result = response["result"];
  const outcome = describeResponse(response, "server", method);
  const size =
    method === "tools/call" && "result" in response
      ? { resultBytes: measureToolResult(response["result"]) }
      : {};
  const answered = { ...outcome, ...size };
  tap.answering.set(pending, answered);
  followTap(tap);
  const answer: { failure?: { readonly error: unknown } } = {};
  return {
    around: (send) => currentAnswer.run(answer, send),
    settled(rejected) {
      if (!tap.answering.delete(pending)) return;
      followTap(tap);
      const failure = rejected ?? answer.failure;
      if (failure !== undefined || pending.isGone?.() === true) {
        delete pending.result; // nobody has got it
        const unsent = failure === undefined ? CONNECTION_CLOSED : describeUnsent(failure.error);
        finish(pending, unsent, tap.connection, hub.known);
        return;
      }
      serverAnswered(tap, method, outcome, hub);
      endTask(tap, taskEndOf(describeQuestion(pending), response, "server"), "server", hub);
      finishOrFollow(tap, pending, answered, hub);
    },
  };
}
