import type { Connection } from "./connection.ts";
import type { KnownNames } from "./known-names.ts";
import { paramsOf, stringOr, type RequestMessage } from "./message.ts";
import { methodRow } from "./methods.ts";
import type { Side } from "./operation.ts";
import type { Outcome } from "./outcome.ts";
import { finish, type PendingRequest } from "./requests.ts";
import { taskCreated, type TaskEnd } from "./tasks.ts";

/** More tasks at a time on one connection are not followed: such a call is over with its first answer. */
const MOST = 1000;

/** A connection over which tool calls may become tasks. */
export interface Following {
  readonly connection: Connection;
  /** Tool calls that have become tasks, by side and id: they are over when the task is. */
  readonly tasks: Map<string, PendingRequest>;
}

/**
 * Ends a tool call with its answer; or, where it has become a task, with that task.
 * @returns whether it has become one
 */
export function finishOrFollow(
  { tasks, connection }: Following,
  pending: PendingRequest,
  outcome: Outcome,
  known: KnownNames,
): boolean {
  const { method, side } = pending.operation;
  const id = outcome.errorType === undefined ? taskCreated(method, pending.result) : undefined;
  const key = `${side} ${id}`;
  if (id === undefined || tasks.has(key) || tasks.size >= MOST) {
    finish(pending, outcome, connection, known);
    return false;
  }
  tasks.set(key, pending);
  return true;
}

/**
 * Something has been said of a task.
 * @returns whether it was one of these, which is over now
 */
export function endTask(
  { tasks, connection }: Following,
  end: TaskEnd | undefined,
  side: Side,
  known: KnownNames,
): boolean {
  const key = `${side} ${end?.id}`;
  const pending = tasks.get(key);
  if (end === undefined || pending === undefined) return false;
  tasks.delete(key);
  delete pending.result; // that was the task, not what came of it
  finish(pending, end.outcome, connection, known);
  return true;
}

/** The task that a request asks about. */
export function taskAskedFor(message: RequestMessage): string | undefined {
  return methodRow(message.method).task === undefined ? undefined : stringOr(paramsOf(message)?.["taskId"]);
}
