/** `import { createLogger } from "mcp-otelkit/logger"`: the logger alone. */
export { createLogger } from "./signals/create-logger.ts";
export type { LogFields, McpLogger } from "./signals/user-logger.ts";
