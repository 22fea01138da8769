import { createHash } from "node:crypto";
import type { McpConfig } from "../settings/config.ts";
import type { AttributeValues } from "../operation/operation.ts";
import * as semconv from "../semconv.ts";

/** Enough to tell the sessions of a fleet apart, and nothing that a session could be continued with. */
const HASH_LENGTH = 16;
/** Sessions whose hash is remembered, since every message of theirs asks for it. */
const MAX_REMEMBERED = 1000;
const hashes = new Map<string, string>();

/** A session id as it may be seen. Over HTTP it is a capability: a peer that knows it speaks in that session. */
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

/** An operation, or an outcome, with the session id as it may be seen. */
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
