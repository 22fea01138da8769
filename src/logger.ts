/** `import { createLogger } from "mcp-otelkit/logger"`: the logger alone. */
export { createLogger } from "./signals/logs/create-logger.ts";
export type { LogFields, McpLogger } from "./signals/logs/user-logger.ts";
