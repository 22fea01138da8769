import { writeToStderr } from "../../output/stderr.ts";

type Log = (this: unknown, ...args: unknown[]) => void;
type Logger = Record<string, Log>;

/** The levels that OpenTelemetry's console logger prints on stdout. */
const LOUD = ["info", "debug"] as const;

/**
 * The logger that the application sets for OpenTelemetry's diagnostics, with its stdout output sent to stderr.
 * NodeSDK sets OpenTelemetry's console logger whenever `OTEL_LOG_LEVEL` is set. Its level and everything else stay.
 */
export function quieted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const logger = Object.create(value) as Logger;
  for (const level of LOUD) {
    const original = (value as Logger)[level];
    // Below the level, the API uses a function without a name, which is called all the time.
    if (typeof original === "function" && original.name !== "")
      logger[level] = (...args) => offStdout(() => original.apply(value, args));
  }
  return logger;
}

/** Loggers write before they return, so no write of the application can come in between. */
function offStdout(print: () => void): void {
  const { stdout } = process;
  const before = Object.getOwnPropertyDescriptor(stdout, "write");
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    writeToStderr(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    const written = rest.find((argument) => typeof argument === "function");
    if (written !== undefined) process.nextTick(written, null);
    return true;
  };
  Object.defineProperty(stdout, "write", { value: write, configurable: true, writable: true });
  try {
    print();
  } finally {
    if (before === undefined) delete (stdout as { write?: unknown }).write;
    else Object.defineProperty(stdout, "write", before);
  }
}
