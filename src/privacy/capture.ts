/**
 * Content, where the user has turned it on: the parts of a message that a policy allows, without secrets. Pure, and
 * total over any message.
 */

import type { CaptureKind } from "../settings/config.ts";
import { LOG_DATA, REQUEST_PARTS, RESULT_PARTS, type Part } from "./capture-parts.ts";
import { matches } from "./name-pattern.ts";
import { ownNames, ownValue } from "./own-properties.ts";
import { serialise, serialiseText } from "./redact.ts";
import { isSecretKey } from "./secrets/secret-keys.ts";
import { redactText, REDACTED } from "./secrets/secrets.ts";

export interface CapturePolicy {
  readonly kinds: ReadonlySet<CaptureKind>;
  /** Tools whose calls may be recorded, `*` for any run of characters; empty for all. Case-sensitive, as in MCP. */
  readonly allowTools: readonly string[];
  /** Tools whose calls are never recorded, whatever `allowTools` says. */
  readonly denyTools: readonly string[];
  /** Longest recorded value, in characters (UTF-16 units). */
  readonly limit: number;
  /**
   * The user's redaction, as in {@link RedactOptions}: gets the value and its place, `arguments.user.email`; returns
   * what to record.
   */
  readonly redact?: (value: unknown, where: string) => unknown;
}

/** The operation whose content is captured; `target` is the tool's name. */
interface Subject {
  readonly method: string;
  readonly target?: string;
}

type Captured = Readonly<Record<string, string>>;

const NOTHING: Captured = Object.freeze({});

/** Attributes of a request, as far as the policy allows. */
export function captureRequest(operation: Subject, params: unknown, policy: CapturePolicy): Captured {
  return capture(REQUEST_PARTS.get(operation.method), operation, params, policy);
}

/** Attributes of a result, as far as the policy allows. */
export function captureResult(operation: Subject, result: unknown, policy: CapturePolicy): Captured {
  return capture(RESULT_PARTS.get(operation.method), operation, result, policy);
}

/** The data of a `notifications/message` as text; `undefined` where it is not captured. */
export function captureLogData(params: unknown, policy: CapturePolicy): string | undefined {
  if (!policy.kinds.has(LOG_DATA.kind)) return undefined;
  return serialiseText(LOG_DATA.pick(params), LOG_DATA.where, policy);
}

function capture(
  parts: readonly Part[] | undefined,
  operation: Subject,
  message: unknown,
  policy: CapturePolicy,
): Captured {
  if (parts === undefined || policy.kinds.size === 0) return NOTHING;
  let captured: Record<string, string> | undefined;
  for (const part of parts) {
    if (!policy.kinds.has(part.kind)) continue;
    if (operation.method === "tools/call" && !mayTell(operation.target, policy)) return NOTHING;
    // An item is recorded in two characters at least.
    const value = part.pick(message, { items: policy.limit });
    if (value === undefined) continue;
    captured ??= {};
    if (part.form === "each") captureEach(part, value, policy, captured);
    else
      put(
        captured,
        part.attribute,
        (part.form === "text" ? serialiseText : serialise)(value, part.where, policy),
      );
  }
  return captured ?? NOTHING;
}

const MAX_NAMES = 32;
const MAX_NAME_LENGTH = 128;

/** One attribute per name. Together they are no longer than one value may be, so that many names cost no more than few. */
function captureEach(
  part: Part,
  value: unknown,
  policy: CapturePolicy,
  captured: Record<string, string>,
): void {
  if (typeof value !== "object" || value === null) return;
  let limit = policy.limit;
  for (const name of (ownNames(value) ?? []).slice(0, MAX_NAMES)) {
    if (limit <= 0) return;
    const known = redactText(name.slice(0, MAX_NAME_LENGTH), MAX_NAME_LENGTH).text;
    const text = isSecretKey(name)
      ? REDACTED
      : serialiseText(ownValue(value, name), `${part.where}.${known}`, { ...policy, limit });
    put(captured, `${part.attribute}.${known}`, text);
    limit -= text?.length ?? 0;
  }
}

function put(captured: Record<string, string>, attribute: string, text: string | undefined): void {
  if (text !== undefined) captured[attribute] = text;
}

/** A call without a name is recorded only where no list could have named it. */
function mayTell(tool: string | undefined, { allowTools, denyTools }: CapturePolicy): boolean {
  if (tool === undefined) return allowTools.length === 0 && denyTools.length === 0;
  if (denyTools.some((pattern) => matches(tool, pattern))) return false;
  return allowTools.length === 0 || allowTools.some((pattern) => matches(tool, pattern));
}
