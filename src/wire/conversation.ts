import {
  closingCancels,
  createConnection,
  learnFromRequest,
  learnFromResult,
  learnVersion,
  type NetworkAttributes,
} from "../operation/connection.ts";
import {
  describeMessage,
  metaOf,
  paramsOf,
  progressTokenOf,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../operation/message.ts";
import { methodRow } from "../operation/methods.ts";
import type { ActiveOperation } from "../operation/observer.ts";
import { describeOperation, describeProgress, type Operation, type Side } from "../operation/operation.ts";
import { CANCELLED, CONNECTION_CLOSED, describeResponse, SUCCESS } from "../operation/outcome.ts";
import {
  acknowledgedBy,
  createPendingTable,
  describeQuestion,
  finish,
  learnNames,
  listedNames,
  type PendingRequest,
  type PendingTable,
} from "../operation/requests.ts";
import { describeSession, type ActiveSession } from "../operation/session.ts";
import { taskEndIn, taskEndOf } from "../operation/tasks.ts";
import { endTask, finishOrFollow, taskAskedFor, type Following } from "../operation/tool-tasks.ts";
import { safely } from "../output/safely.ts";
import { measureToolResult } from "../privacy/uri.ts";
import * as semconv from "../semconv.ts";
import { remember } from "./live.ts";
import type { Circumstances, Conversation, Observing, Passed } from "./passing.ts";

/** Observes what passes between a client and a server as that server would see it: its requests are SERVER operations. */
export function createConversation(
  { observer, known }: Observing,
  network: NetworkAttributes,
  sessionId: () => string | undefined = () => undefined,
): Conversation {
  const connection = createConnection("server", network, sessionId);
  /** Requests that the client asks the server, and the other way round. */
  const asked = createPendingTable();
  const askedBack = createPendingTable();
  const following: Following = { connection, tasks: new Map() };
  let session: ActiveSession | undefined;
  let ended = false;

  function describe(
    message: RequestMessage | NotificationMessage,
    side: Side,
    { since, exchange }: Circumstances,
  ): Operation {
    const operation = describeOperation(message, side, connection, known, exchange);
    return since === undefined ? operation : { ...operation, since };
  }

  function requestPasses(
    message: RequestMessage,
    side: Side,
    table: PendingTable,
    circumstances: Circumstances = {},
  ): Passed {
    const operation = describe(message, side, circumstances);
    const params = paramsOf(message);
    const begin = (): ActiveOperation =>
      observer.begin(
        operation,
        side === "server" ? (metaOf(params) ?? {}) : {},
        params,
        circumstances.headers,
      );
    const active = side === "server" ? begin() : inCause(begin);
    const pending: PendingRequest = {
      id: message.id,
      operation,
      active,
      progressToken: progressTokenOf(message),
      awaited: false,
      taskId: taskAskedFor(message),
      changesSeen: connection.changes,
    };
    table.add(pending);
    return {
      carrier: active.carrier,
      settle(outcome) {
        table.remove(pending);
        finish(pending, outcome, connection, known);
      },
    };
  }

  /** What a server asks while it serves one request belongs to that; of several, none can be told from outside. */
  function inCause<T>(fn: () => T): T {
    const only = asked.size() === 1 ? asked.peek() : undefined;
    return only === undefined ? fn() : only.active.run(fn);
  }

  function notificationPasses(
    message: NotificationMessage,
    side: Side,
    circumstances: Circumstances = {},
  ): void {
    const params = paramsOf(message);
    // The requests of the end that receives the notification, and of the one that sends it.
    const [received, sent] = side === "server" ? [askedBack, asked] : [asked, askedBack];
    if (methodRow(message.method).signal === "progress") {
      if (params !== undefined)
        received
          .byToken(params["progressToken"])
          ?.active.event(semconv.EVENT_PROGRESS, describeProgress(params));
      return;
    }
    if (message.method === "notifications/cancelled") {
      // A cancelled request gets no response, so this is its end.
      const cancelled = sent.take(params?.["requestId"]);
      const outcome = side === "server" ? CANCELLED : { errorType: semconv.ERROR_TYPE_CANCELLED };
      if (cancelled !== undefined) finish(cancelled, outcome, connection, known);
    }
    const begin = (): void =>
      observer
        .begin(
          describe(message, side, circumstances),
          side === "server" ? (metaOf(params) ?? {}) : {},
          params,
          circumstances.headers,
        )
        .end(SUCCESS);
    if (side === "server") begin();
    else inCause(begin);
    // After that: what it ends is still open, and its parent.
    acknowledge(message);
    // Whoever runs the task says how far it has come.
    const runs = side === "server" ? "client" : "server";
    endTask(following, taskEndIn(message, runs), runs, known);
  }

  /** Ends a request whose stream stays open: it has been answered in all but name. */
  function acknowledge(message: NotificationMessage): void {
    const id = acknowledgedBy(message);
    const pending = id === undefined ? undefined : asked.take(id);
    if (pending !== undefined) finish(pending, SUCCESS, connection, known);
  }

  function responsePasses(response: ResponseMessage, side: Side, table: PendingTable): void {
    const pending = table.take(response.id) ?? table.take(Number(response.id));
    if (pending === undefined) return;
    const { method } = pending.operation;
    const result = response["result"];
    learnFromResult(connection, method, result);
    learnNames(method, result, known, side === "client" ? connection.owner : undefined);
    if (side === "server" && method === "tools/list")
      for (const name of listedNames("tool", result))
        if (typeof name === "string") observer.offers(name, connection.self);
    pending.result = result;
    const outcome = describeResponse(response, side, method);
    if (side === "server" && method === "initialize" && outcome === SUCCESS) openSession();
    const size =
      side === "server" && method === "tools/call" && "result" in response
        ? { resultBytes: measureToolResult(result) }
        : {};
    endTask(following, taskEndOf(describeQuestion(pending), response, side), side, known);
    finishOrFollow(following, pending, { ...outcome, ...size }, known);
  }

  function openSession(): void {
    if (connection.server !== undefined) connection.self = connection.server;
    observer.connecting("server", connection.self);
    observer.connected("server");
    const described = session === undefined ? describeSession(connection, performance.now()) : undefined;
    if (described !== undefined) session = observer.openSession(described);
  }

  const conversation: Conversation = {
    toServer(value, circumstances) {
      return (
        safely("to the server", () => {
          session?.seen();
          const seen = describeMessage(value);
          if (seen === undefined || seen.kind === "response") {
            if (seen !== undefined) responsePasses(seen.message, "client", askedBack);
            return NOTHING;
          }
          learnFromRequest(connection, seen.message);
          if (seen.kind === "request") return requestPasses(seen.message, "server", asked, circumstances);
          notificationPasses(seen.message, "server", circumstances);
          return NOTHING;
        }) ?? NOTHING
      );
    },
    toClient(value) {
      safely("to the client", () => {
        const seen = describeMessage(value);
        if (seen?.kind === "response") responsePasses(seen.message, "server", asked);
        else if (seen?.kind === "request") requestPasses(seen.message, "client", askedBack);
        else if (seen?.kind === "notification") notificationPasses(seen.message, "client");
      });
    },
    version: (version) => learnVersion(connection, version),
    unread(answers) {
      known.suppress("too_long");
      const pending = answers === undefined ? undefined : asked.take(answers);
      if (pending !== undefined) finish(pending, SUCCESS, connection, known);
    },
    running: () => asked.size(),
    end() {
      if (ended) return;
      ended = true;
      forget();
      safely("end", () => {
        session?.close();
        const unanswered = closingCancels(connection) ? CANCELLED : CONNECTION_CLOSED;
        // What becomes of them is not known; the call itself has been answered.
        for (const pending of following.tasks.values()) finish(pending, SUCCESS, connection, known);
        following.tasks.clear();
        for (const pending of asked.drain()) finish(pending, unanswered, connection, known);
        for (const pending of askedBack.drain()) finish(pending, CONNECTION_CLOSED, connection, known);
      });
    },
  };
  const forget = remember(conversation);
  return conversation;
}

const NOTHING: Passed = { carrier: {} };
