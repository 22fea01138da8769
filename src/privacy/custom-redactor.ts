import type { Redactor } from "../settings/config.ts";

export type { Redactor };

/** For every copy of this package: a bundled application has one of its own, and the preload must hear of its redactor. */
const REDACTOR = Symbol.for("mcp-otelkit.redactor.1");

interface Globals {
  [REDACTOR]?: Redactor | undefined;
}

/**
 * A redaction of your own for captured content (`OTEL_INSTRUMENTATION_MCP_CAPTURE`), called for every value that ours has
 * left. What it returns is recorded instead; should it throw, `REDACTED` is.
 *
 * ```ts
 * setRedactor((value, where) => (where.endsWith(".street") ? "a street" : value));
 * ```
 *
 * @param redact takes the place of the one before; `undefined` takes it away
 * @throws {TypeError} for what is neither
 */
export function setRedactor(redact: Redactor | undefined): void {
  if (redact !== undefined && typeof redact !== "function")
    throw new TypeError(
      "setRedactor(redact): redact must be a function (value, where) => value, or undefined",
    );
  (globalThis as Globals)[REDACTOR] = redact;
}

/** The one in force. */
export function currentRedactor(): Redactor | undefined {
  return (globalThis as Globals)[REDACTOR];
}
