import { writeToStderr } from "./stderr.ts";

export { writeToStderr };

/** Writes a line for the operator, or nothing where `OTEL_LOG_LEVEL` is `none`. */
export type Say = (line: string) => void;

/** One line for the operator. Always stderr: stdout belongs to the protocol, whatever transport the server turns out to use. */
export function say(line: string): void {
  writeToStderr(`mcp-otelkit: ${line}\n`);
}

/** `OTEL_LOG_LEVEL`, and what each value lets through, as numbers of the API's `DiagLogLevel`. */
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

/** The level in force: `OTEL_LOG_LEVEL`, or warnings, so that a mistake in the set-up is not silent. */
export function logLevel(env: NodeJS.ProcessEnv): number {
  return LEVELS[env["OTEL_LOG_LEVEL"]?.trim().toLowerCase() ?? ""] ?? 50;
}

/** The message of an error without its stack and without the list of the files that required it. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
