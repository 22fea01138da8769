/**
 * `node --import mcp-otelkit/register server.js`: every MCP message of the process becomes a span, with no code changed.
 */
import { startRuntime } from "./runtime/start.ts";

startRuntime();
