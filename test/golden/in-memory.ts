import { createAnswerer, createAsker, loadSdk, type Asker, type SdkName } from "../support/sdks.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { withTelemetry } from "../support/with-telemetry.ts";
import { createLog, type Scene } from "./conversation.ts";

/** One end of an in-memory connection. */
export interface Pipe {
  start(): Promise<void>;
  send(message: unknown, ...rest: unknown[]): Promise<void>;
  close(): Promise<void>;
}

export async function createPair(name: SdkName) {
  const sdk = await loadSdk(name);
  const { InMemoryTransport } = sdk.exports as { InMemoryTransport: { createLinkedPair(): [Pipe, Pipe] } };
  const [there, here] = InMemoryTransport.createLinkedPair();
  return { sdk, there, here };
}

/** All spans of a conversation in memory, and every message that crossed, as JSON. */
export async function inMemory(
  name: SdkName,
  talk: (asker: Asker, there: Pipe, scene: Scene) => Promise<unknown>,
): Promise<{ spans: SeenSpan[]; wire: string[] }> {
  const { sdk, there, here } = await createPair(name);
  const wire: string[] = [];
  for (const end of [there, here]) {
    const { send } = end;
    end.send = (message, ...rest) => {
      wire.push(JSON.stringify(message));
      return send.call(end, message, ...rest);
    };
  }
  const { spans } = await withTelemetry(async (telemetry) => {
    const { onLog, logged } = createLog();
    await createAnswerer(sdk).connect(here);
    const asker = createAsker(sdk, { onLog });
    await talk(asker, there, { telemetry, logged });
    await asker.close();
  });
  return { spans, wire };
}

/** Without the application's own. */
export function ours(spans: readonly SeenSpan[]): SeenSpan[] {
  return spans.filter(({ scope }) => scope === "mcp-otelkit");
}
