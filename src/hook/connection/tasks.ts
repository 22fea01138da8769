import type { Side } from "../../operation/operation.ts";
import type { Outcome } from "../../operation/outcome.ts";
import type { PendingRequest } from "../../operation/requests.ts";
import type { TaskEnd } from "../../operation/tasks.ts";
import * as toolTasks from "../../operation/tool-tasks.ts";
import type { Hub } from "../hub.ts";
import { followTap } from "./close.ts";
import type { Tap } from "./tap-state.ts";

/** Ends a tool call with its answer; or, where it has become a task, with that task. */
export function finishOrFollow(tap: Tap, pending: PendingRequest, outcome: Outcome, hub: Hub): void {
  if (toolTasks.finishOrFollow(tap, pending, outcome, hub.known)) followTap(tap);
}

/** Ends a task that a message reports as over. */
export function endTask(tap: Tap, end: TaskEnd | undefined, side: Side, hub: Hub): void {
  if (toolTasks.endTask(tap, end, side, hub.known)) followTap(tap);
}
