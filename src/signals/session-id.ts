import { createHash } from "node:crypto";
import type { McpConfig } from "../settings/config.ts";
import type { AttributeValues } from "../operation/operation.ts";
import * as semconv from "../semconv.ts";

/** Long enough to separate the sessions of a fleet, and useless for continuing a session. */
const HASH_LENGTH = 16;
/** How many sessions' hashes are remembered, since every message of a session needs it. */
const MAX_REMEMBERED = 1000;
const hashes = new Map<string, string>();

/** The recorded form of a session id. Over HTTP it is a capability: a peer that knows it can use the session. */
export function describeSessionId(
  id: string | undefined,
  { sessionId }: Pick<McpConfig, "sessionId">,
): string | undefined {
  if (id === undefined || sessionId === "off") return undefined;
  return sessionId === "full" ? id : hashOf(id);
}

function hashOf(id: string): string {
  let hash = hashes.get(id);
  if (hash === undefined) {
    if (hashes.size >= MAX_REMEMBERED) hashes.clear();
    hash = createHash("sha256").update(id).digest("hex").slice(0, HASH_LENGTH);
    hashes.set(id, hash);
  }
  return hash;
}

/** An operation or an outcome, with the recorded form of its session id. */
export function withoutSession<T extends { readonly attributes?: AttributeValues }>(
  described: T,
  config: Pick<McpConfig, "sessionId">,
): T {
  const id = described.attributes?.[semconv.ATTR_MCP_SESSION_ID];
  if (id === undefined || config.sessionId === "full") return described;
  const attributes: Record<string, string | number> = { ...described.attributes };
  const shown = describeSessionId(String(id), config);
  if (shown === undefined) delete attributes[semconv.ATTR_MCP_SESSION_ID];
  else attributes[semconv.ATTR_MCP_SESSION_ID] = shown;
  return { ...described, attributes };
}
