import type { McpConfig } from "../settings/config.ts";
import * as semconv from "../semconv.ts";
import type { KnownNames, NameOwner } from "./known-names.ts";
import type { Operation } from "./operation.ts";
import type { Outcome } from "./outcome.ts";

/** Span attributes that metrics have as well, as they are: few, and none that a peer can invent. */
const SHARED = [
  semconv.ATTR_GEN_AI_OPERATION_NAME,
  semconv.ATTR_NETWORK_TRANSPORT,
  semconv.ATTR_NETWORK_PROTOCOL_NAME,
  semconv.ATTR_NETWORK_PROTOCOL_VERSION,
  semconv.ATTR_SERVER_ADDRESS,
  semconv.ATTR_SERVER_PORT,
] as const;

const REVISION = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The attributes of an operation's duration. Names only as far as they are known; ids, sessions and URIs never.
 * @param shown as {@link McpConfig.resourceUri}
 */
export function describeMetric(
  operation: Operation,
  outcome: Outcome,
  known: KnownNames,
  shown: McpConfig["resourceUri"],
): Record<string, string | number> {
  const { attributes } = operation;
  const described: Record<string, string | number> = {
    [semconv.ATTR_MCP_METHOD_NAME]: known.bounded("method", operation.method),
  };
  for (const name of SHARED) {
    const value = outcome.attributes?.[name] ?? attributes[name];
    if (value !== undefined) described[name] = value;
  }
  const version =
    outcome.attributes?.[semconv.ATTR_MCP_PROTOCOL_VERSION] ?? attributes[semconv.ATTR_MCP_PROTOCOL_VERSION];
  if (version !== undefined)
    described[semconv.ATTR_MCP_PROTOCOL_VERSION] = revisionLabel(version, known, operation.owner);
  if (operation.target !== undefined) {
    const tool = attributes[semconv.ATTR_GEN_AI_TOOL_NAME] !== undefined;
    described[tool ? semconv.ATTR_GEN_AI_TOOL_NAME : semconv.ATTR_GEN_AI_PROMPT_NAME] = known.bounded(
      tool ? "tool" : "prompt",
      operation.target,
    );
  }
  const template = outcome.attributes?.[semconv.ATTR_MCP_RESOURCE_TEMPLATE];
  if (template !== undefined && shown !== "off") described[semconv.ATTR_MCP_RESOURCE_TEMPLATE] = template;
  const { statusCode, errorType } = outcome;
  const code = statusCode === undefined ? undefined : known.admitted("code", statusCode, operation.owner);
  if (code !== undefined) described[semconv.ATTR_RPC_RESPONSE_STATUS_CODE] = code;
  const error = errorType === statusCode ? code : errorType;
  if (errorType !== undefined && error !== undefined) described[semconv.ATTR_ERROR_TYPE] = error;
  return described;
}

/** The version is whatever the peer writes: what has the form of a revision's date passes, a few of them. */
export function revisionLabel(version: string | number, known: KnownNames, owner?: NameOwner): string {
  return typeof version === "string" && REVISION.test(version)
    ? known.admitted("revision", version, owner)
    : semconv.OTHER;
}

/**
 * `resource_uri` of the guide: the template that matched, or a registered URI, else `_OTHER`.
 * @param shown as {@link McpConfig.resourceUri}
 */
export function resourceLabel(
  operation: Operation,
  outcome: Outcome,
  known: KnownNames,
  shown: McpConfig["resourceUri"],
): string {
  const template = outcome.attributes?.[semconv.ATTR_MCP_RESOURCE_TEMPLATE];
  if (typeof template === "string" && shown !== "off") return template;
  if (shown !== "full") return semconv.OTHER;
  const uri = operation.attributes[semconv.ATTR_MCP_RESOURCE_URI];
  return known.bounded("resource", typeof uri === "string" ? uri : semconv.OTHER);
}
