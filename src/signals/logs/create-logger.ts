import type { McpConfig } from "../../settings/config.ts";
import { readConfig } from "../../settings/mcp-settings.ts";
import { registeredLoggerProvider } from "./logger-provider.ts";
import { createUserLogger, type McpLogger } from "./user-logger.ts";
import { writeToStderr } from "../../output/stderr.ts";

let config: McpConfig | undefined;

/**
 * A logger for the application's own code: one JSON object a line on stderr, and an OpenTelemetry log record where an
 * SDK collects them. Inside a tool, the logger adds the request's id, the tool, the session, the trace and the span.
 *
 * ```ts
 * const logger = createLogger("weather", { version: "1.2.0" });
 * logger.info("Forecast fetched", { city_count: 3, duration_ms: 41 });
 * // {"timestamp":"…","level":"INFO","server":"weather","version":"1.2.0","message":"Forecast fetched","tool":"forecast", …}
 * ```
 *
 * Level by `LOG_LEVEL` (default INFO); lines off by `OTEL_INSTRUMENTATION_MCP_LOG_LINES=off`. Works without the
 * preload as well, but then without the correlation. Secret-looking field names and values are redacted.
 *
 * @param name the server's name as lines show it, and the instrumentation scope of the records
 * @throws {TypeError} if the name is not a non-empty string
 */
export function createLogger(name: string, options: { readonly version?: string } = {}): McpLogger {
  if (typeof name !== "string" || name === "")
    throw new TypeError(
      `createLogger(name): name must be a text that is not empty, not ${JSON.stringify(name) ?? typeof name}`,
    );
  config ??= readConfig(process.env);
  const settings = config;
  return createUserLogger({
    scope: { name, version: options.version ?? "" },
    config: () => settings,
    writeLine: writeToStderr,
    loggerProvider: registeredLoggerProvider,
  });
}
