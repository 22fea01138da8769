/**
 * Takes the place of `import-in-the-middle` and `require-in-the-middle` in the build. OpenTelemetry's instrumentations hook the module
 * loader by them; mcp-otelkit patches `http` and `https` directly (instrumentations.ts) and has a loader hook of its own
 * (hook/loader).
 */
export class Hook {
  unhook(): void {
    // Nothing was hooked.
  }
}
