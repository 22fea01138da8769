/**
 * Replaces `import-in-the-middle` and `require-in-the-middle` in the build. OpenTelemetry's instrumentations use them
 * to hook the module loader; mcp-otelkit patches `http` and `https` directly (instrumentations.ts) and has its own
 * loader hook (hook/loader).
 */
export class Hook {
  unhook(): void {
    // Nothing was hooked.
  }
}
