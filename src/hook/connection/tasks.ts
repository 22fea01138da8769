import type { RequestMessage } from "../../operation/message.ts";
import { paramsOf, stringOr } from "../../operation/message.ts";
import { methodRow } from "../../operation/methods.ts";
import type { Side } from "../../operation/operation.ts";
import type { Outcome } from "../../operation/outcome.ts";
import { taskCreated, type TaskEnd } from "../../operation/tasks.ts";
import type { Hub } from "../hub.ts";
import { followTap } from "./close.ts";
import { finish, type PendingRequest } from "./requests.ts";
import type { Tap } from "./tap-state.ts";

/** Beyond this many tasks on one connection, a call ends with its first answer. */
const MOST = 1000;

/** Ends a tool call with its answer, or, where it has become a task, with that task. */
export function finishOrFollow(tap: Tap, pending: PendingRequest, outcome: Outcome, hub: Hub): void {
  const { method, side } = pending.operation;
  const id = outcome.errorType === undefined ? taskCreated(method, pending.result) : undefined;
  const key = `${side} ${id}`;
  if (id === undefined || tap.tasks.has(key) || tap.tasks.size >= MOST) {
    finish(pending, outcome, tap.connection, hub.known);
    return;
  }
  tap.tasks.set(key, pending);
  followTap(tap);
}

/** Ends a task that a message reports as over. */
export function endTask(tap: Tap, end: TaskEnd | undefined, side: Side, hub: Hub): void {
  if (end === undefined) return;
  const key = `${side} ${end.id}`;
  const pending = tap.tasks.get(key);
  if (pending === undefined) return;
  tap.tasks.delete(key);
  followTap(tap);
  delete pending.result; // that was the status of the task, not its result
  finish(pending, end.outcome, tap.connection, hub.known);
}

/** The task that a request is about. */
export function taskAskedFor(message: RequestMessage): string | undefined {
  return methodRow(message.method).task === undefined ? undefined : stringOr(paramsOf(message)?.["taskId"]);
}
