import { context, createContextKey, type Context } from "@opentelemetry/api";
import type { AttributeValues } from "../../operation/operation.ts";

/** `createContextKey` makes a global symbol, so that every copy of this package finds the operations of the others. */
const KEY = createContextKey("mcp-otelkit.operation");

/** The fields that a log line inside an operation gets from it. */
export interface RunningOperation {
  readonly attributes: AttributeValues;
  /** The server's name, where this process is a server. */
  readonly server: string | undefined;
  readonly version: string | undefined;
}

export function withOperation(in_: Context, operation: RunningOperation): Context {
  return in_.setValue(KEY, operation);
}

/** The MCP operation that the calling code runs in. */
export function runningOperation(from: Context = context.active()): RunningOperation | undefined {
  return from.getValue(KEY) as RunningOperation | undefined;
}
