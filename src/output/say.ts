import { writeToStderr } from "./stderr.ts";

export { writeToStderr };

/** Writes a line for the operator, or nothing where `OTEL_LOG_LEVEL` is `none`. */
export type Say = (line: string) => void;

/**
 * Prints one line for the operator. Always on stderr: stdout belongs to the protocol, whichever transport the server
 * uses.
 */
export function say(line: string): void {
  writeToStderr(`mcp-otelkit: ${line}\n`);
}

/** The values of `OTEL_LOG_LEVEL`, as numbers of the API's `DiagLogLevel`. */
const LEVELS: Readonly<Record<string, number>> = {
  none: 0,
  error: 30,
  warn: 50,
  info: 60,
  debug: 70,
  verbose: 80,
  all: 9999,
};

export const SILENT = 0;
export const TALKATIVE = 60;

/** The log level: `OTEL_LOG_LEVEL`, or warnings, so that a mistake in the set-up is reported. */
export function logLevel(env: NodeJS.ProcessEnv): number {
  return LEVELS[env["OTEL_LOG_LEVEL"]?.trim().toLowerCase() ?? ""] ?? 50;
}

/** The message of an error without its stack and without the list of files that required it. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
