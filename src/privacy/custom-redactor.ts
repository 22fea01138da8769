import type { Redactor } from "../settings/config.ts";

export type { Redactor };

/** For every copy of this package: a bundled application has its own copy, and the preload must find its redactor. */
const REDACTOR = Symbol.for("mcp-otelkit.redactor.1");

interface Globals {
  [REDACTOR]?: Redactor | undefined;
}

/**
 * Sets your own redaction of captured content (`OTEL_INSTRUMENTATION_MCP_CAPTURE`). It is called for every value that
 * is left after the built-in redaction, and its result is recorded instead; if it throws, `REDACTED` is recorded.
 *
 * ```ts
 * setRedactor((value, where) => (where.endsWith(".street") ? "a street" : value));
 * ```
 *
 * @param redact replaces the previous one; `undefined` removes it
 * @throws {TypeError} if it is neither a function nor `undefined`
 */
export function setRedactor(redact: Redactor | undefined): void {
  if (redact !== undefined && typeof redact !== "function")
    throw new TypeError(
      "setRedactor(redact): redact must be a function (value, where) => value, or undefined",
    );
  (globalThis as Globals)[REDACTOR] = redact;
}

/** The current redactor. */
export function currentRedactor(): Redactor | undefined {
  return (globalThis as Globals)[REDACTOR];
}
