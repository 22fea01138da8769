import { diag } from "@opentelemetry/api";
import { behindProxy, SIGNALS, theirs, type Flushable } from "../otel/api-globals.ts";

/** Sends what the application's own SDK has queued. It goes on living, and shutting it down is the application's decision. */
export async function flushTheirs(): Promise<void> {
  const providers = SIGNALS.map((slot): Flushable | undefined => behindProxy(theirs(slot)));
  await Promise.all(
    providers.map(async (provider) => {
      try {
        await provider?.forceFlush?.();
      } catch (error) {
        diag.warn("mcp-otelkit: flushing the OpenTelemetry SDK of this process failed", error);
      }
    }),
  );
}
