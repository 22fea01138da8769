/**
 * What a peer or a user wrote, made fit to be recorded. Pure and total: any text in, a bounded harmless text out.
 */

import { isObject } from "./message.ts";

const MAX_URI_LENGTH = 1024;
const MAX_MESSAGE_LENGTH = 512;

/** As in the semantic conventions for `url.full`. */
const REDACTED = "REDACTED";

/**
 * A resource URI without userinfo and without query values; query keys stay, they tell resources apart.
 * Not parsed as a URL: a server may accept what `new URL` refuses, and normalising would change what was asked for.
 */
export function redactUri(uri: string): string {
  // Userinfo before the cut, which might take away the "@" it is known by.
  const harmless = uri.replace(/^([^/?#]*:)?\/\/[^/?#]*@/, "$1//");
  return cut(harmless, MAX_URI_LENGTH)
    .replace(/\?[^#]*/, redactQuery)
    .replace(/#.*=.*$/s, `#${REDACTED}`);
}

function redactQuery(query: string): string {
  const pairs = query.slice(1).split("&");
  return `?${pairs.map((pair) => (pair.includes("=") ? `${pair.slice(0, pair.indexOf("="))}=${REDACTED}` : REDACTED)).join("&")}`;
}

/** Looks of a secret in running text, each with what stands in its place. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, REDACTED], // JSON Web Token
  [/\b(Bearer|Basic|Token)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  [/\b(?:sk|pk|rk)[-_][\w-]{12,}/g, REDACTED], // OpenAI, Anthropic, Stripe
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|npm_)[\w-]{10,}/g, REDACTED], // GitHub, GitLab, Slack, npm
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED], // AWS access key id
  [/\bAIza[\w-]{35}/g, REDACTED], // Google API key
  [/\/\/[^\s/@:]+:[^\s/@]+@/g, `//${REDACTED}@`], // user:password in a URL
  [
    /\b((?:api[-_]?key|access[-_]?token|auth[-_]?token|token|password|passwd|pwd|secret)["']?\s*[=:]\s*)["']?[^\s"',;&]{3,}["']?/gi,
    `$1${REDACTED}`,
  ],
];

/** The message of a JSON-RPC error, without what looks like a secret. */
export function redactMessage(message: string): string {
  // More than is kept: half a secret at the end might not be recognised as one.
  let text = cut(message, 4 * MAX_MESSAGE_LENGTH);
  for (const [pattern, replacement] of SECRETS) text = text.replace(pattern, replacement);
  return cut(text, MAX_MESSAGE_LENGTH);
}

/**
 * What a tool's result pours into the model's context, in bytes: texts as UTF-8, images and blobs as the base64 they travel in.
 * Structured content is left out: by convention it says again what the text says.
 */
export function measureToolResult(result: unknown): number {
  const content = isObject(result) ? result["content"] : undefined;
  if (!Array.isArray(content)) return 0;
  let bytes = 0;
  for (const block of content) {
    if (!isObject(block)) continue;
    const parts = isObject(block["resource"])
      ? [block["text"], block["data"], block["resource"]["text"], block["resource"]["blob"]]
      : [block["text"], block["data"]];
    for (const part of parts) if (typeof part === "string") bytes += Buffer.byteLength(part);
  }
  return bytes;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
