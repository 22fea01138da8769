import { isObject, paramsOf, stringOr, type JsonObject, type ResponseMessage } from "./message.ts";
import { methodRow } from "./methods.ts";
import type { Side } from "./operation.ts";
import { CANCELLED, describeResponse, SUCCESS, type Outcome } from "./outcome.ts";
import * as semconv from "../semconv.ts";

/**
 * Tools that run as tasks: the call is answered with a task at once, and what became of it is said later, by a notification or
 * to whoever asks. Source: MCP schema 2025-11-25, "Tasks"; from 2026-07-28 an extension with a result of kind `task`.
 */

/** The task that a tool call has become, by its id; `undefined` for a call that has been answered for good. */
export function taskCreated(method: string, result: unknown): string | undefined {
  if (methodRow(method).target !== "tool" || !isObject(result)) return undefined;
  const task = result["resultType"] === "task" && !isObject(result["task"]) ? result : result["task"];
  if (!isObject(task) || endOf(task["status"], "server") !== undefined) return undefined;
  const id = stringOr(task["taskId"]);
  return id !== undefined && id.length <= MAX_ID_LENGTH ? id : undefined;
}

/** Longer than any id of a task that a server makes. */
const MAX_ID_LENGTH = 256;

/** A task that has come to its end, as far as the tool call is concerned that it was. */
export interface TaskEnd {
  readonly id: string;
  readonly outcome: Outcome;
}

/** What a notification says of a task. */
export function taskEndIn(message: JsonObject, side: Side): TaskEnd | undefined {
  return methodRow(String(message["method"])).task === "status" ? ended(paramsOf(message), side) : undefined;
}

/** What the answer to a question about a task says of it. */
export function taskEndOf(
  question: { readonly method: string; readonly taskId: string | undefined },
  response: ResponseMessage,
  side: Side,
): TaskEnd | undefined {
  const { method, taskId: id } = question;
  const { task } = methodRow(method);
  const result = response["result"];
  if (!isObject(result)) return undefined; // an error is about the question
  if (task === "result")
    return id === undefined ? undefined : { id, outcome: describeResponse(response, side) };
  return task === "status" ? ended(result, side) : undefined;
}

function ended(task: JsonObject | undefined, side: Side): TaskEnd | undefined {
  const id = stringOr(task?.["taskId"]);
  const outcome = endOf(task?.["status"], side);
  return id === undefined || outcome === undefined ? undefined : { id, outcome };
}

function endOf(status: unknown, side: Side): Outcome | undefined {
  if (status === "completed") return SUCCESS;
  if (status === "failed") return { errorType: semconv.ERROR_TYPE_TOOL_ERROR };
  if (status !== "cancelled") return undefined;
  return side === "server" ? CANCELLED : { errorType: semconv.ERROR_TYPE_CANCELLED };
}
