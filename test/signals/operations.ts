import type { Operation, Side } from "../../src/operation/operation.ts";

/** An operation as the hooks describe it, in short. */
export function operationOf(side: Side, method = "tools/list", more: Partial<Operation> = {}): Operation {
  const role = side;
  return {
    method,
    side,
    role,
    name: method,
    signal: "span",
    ...more,
    attributes: { "mcp.method.name": method, ...more.attributes },
  };
}
