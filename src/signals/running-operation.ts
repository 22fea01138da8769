import { context, createContextKey, type Context } from "@opentelemetry/api";
import type { AttributeValues } from "../operation/operation.ts";

/** `createContextKey` makes a global symbol, so that every copy of this package finds what another one has put down. */
const KEY = createContextKey("mcp-otelkit.operation");

/** What a log line written inside an operation says about it. */
export interface RunningOperation {
  readonly attributes: AttributeValues;
  /** As the server introduces itself, where this process is one. */
  readonly server: string | undefined;
  readonly version: string | undefined;
}

export function withOperation(in_: Context, operation: RunningOperation): Context {
  return in_.setValue(KEY, operation);
}

/** The MCP operation that the code asking is a part of. */
export function runningOperation(from: Context = context.active()): RunningOperation | undefined {
  return from.getValue(KEY) as RunningOperation | undefined;
}
