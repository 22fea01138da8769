import * as semconv from "../semconv.ts";
import type { KnownNames } from "./known-names.ts";
import type { Operation } from "./operation.ts";
import type { Outcome } from "./outcome.ts";

/** Span attributes that metrics have as well, as they are: few, and none that a peer can invent. */
const SHARED = [
  semconv.ATTR_MCP_PROTOCOL_VERSION,
  semconv.ATTR_NETWORK_TRANSPORT,
  semconv.ATTR_SERVER_ADDRESS,
  semconv.ATTR_SERVER_PORT,
] as const;

const REVISION = /^\d{4}-\d{2}-\d{2}$/;

/** The attributes of an operation's duration. Names only as far as they are known; ids, sessions and URIs never. */
export function describeMetric(operation: Operation, outcome: Outcome, known: KnownNames): Record<string, string | number> {
  const { attributes } = operation;
  const described: Record<string, string | number> = {
    [semconv.ATTR_MCP_METHOD_NAME]: known.bounded("method", operation.method),
  };
  for (const name of SHARED) {
    const value = outcome.attributes?.[name] ?? attributes[name];
    if (value !== undefined) described[name] = value;
  }
  // The version is whatever the peer writes: only the form of a revision date passes.
  const version = described[semconv.ATTR_MCP_PROTOCOL_VERSION];
  if (typeof version === "string" && !REVISION.test(version)) described[semconv.ATTR_MCP_PROTOCOL_VERSION] = semconv.OTHER;
  if (operation.target !== undefined) {
    const tool = attributes[semconv.ATTR_GEN_AI_TOOL_NAME] !== undefined;
    described[tool ? semconv.ATTR_GEN_AI_TOOL_NAME : semconv.ATTR_GEN_AI_PROMPT_NAME] = known.bounded(tool ? "tool" : "prompt", operation.target);
  }
  const template = outcome.attributes?.[semconv.ATTR_MCP_RESOURCE_TEMPLATE];
  if (template !== undefined) described[semconv.ATTR_MCP_RESOURCE_TEMPLATE] = template;
  if (outcome.statusCode !== undefined) described[semconv.ATTR_RPC_RESPONSE_STATUS_CODE] = outcome.statusCode;
  if (outcome.errorType !== undefined) described[semconv.ATTR_ERROR_TYPE] = outcome.errorType;
  return described;
}

/** `resource_uri` of the guide: the template that matched, or a registered URI, else `_OTHER`. */
export function resourceLabel(operation: Operation, outcome: Outcome, known: KnownNames): string {
  const template = outcome.attributes?.[semconv.ATTR_MCP_RESOURCE_TEMPLATE];
  if (typeof template === "string") return template;
  const uri = operation.attributes[semconv.ATTR_MCP_RESOURCE_URI];
  return known.bounded("resource", typeof uri === "string" ? uri : semconv.OTHER);
}
