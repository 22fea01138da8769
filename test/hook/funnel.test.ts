import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createAnswerer, loadSdk, type Sdk, type SdkName } from "../support/sdks.ts";
import { until } from "../support/with-telemetry.ts";
import { record } from "./fakes.ts";

/** As much of a Client as all SDKs have in common. */
interface Client {
  connect(transport: unknown): Promise<void>;
  callTool(params: object, ...rest: unknown[]): Promise<unknown>;
  request(request: object, schema: unknown, options?: object): Promise<unknown>;
  close(): Promise<void>;
}

interface Classes {
  Client: new (info: object, options?: object) => Client;
  InMemoryTransport: { createLinkedPair(): [End, End] };
}

interface End {
  send(message: unknown): Promise<void>;
  onmessage?: (message: unknown) => void;
}

async function connected(sdk: Sdk): Promise<{ client: Client; there: End }> {
  const { Client, InMemoryTransport } = sdk.exports as unknown as Classes;
  const [there, here] = InMemoryTransport.createLinkedPair();
  await createAnswerer(sdk).connect(here);
  const client = new Client({ name: "c", version: "1" });
  await client.connect(there);
  return { client, there };
}

describe.each<SdkName>(["v1-oldest", "v1-latest", "v2-latest"])(
  "what the wire does not show, %s",
  async (name) => {
    const sdk = await loadSdk(name);
    const call = (client: Client, tool: string, args: object, options?: object) =>
      client.callTool(
        { name: tool, arguments: args },
        ...(sdk.generation === "v1" ? [undefined, options] : [options]),
      );

    it("an answer that fails validation ends as the class of the error [outcome.class-name]", async () => {
      const recording = record();
      const { client } = await connected(sdk);
      const error = await client
        .request({ method: "tools/list" }, z.object({ nothing: z.string() }))
        .catch((reason: unknown) => reason);

      const ours = recording.told.find(
        ({ operation }) => operation.method === "tools/list" && operation.side === "client",
      );
      expect(ours?.ends).toEqual([{ errorType: (error as Error).constructor.name }]);
      await client.close();
    });

    it("a timeout and an abort are distinguished [outcome.timeout, outcome.cancelled.client]", async () => {
      const recording = record();
      const { client } = await connected(sdk);
      const caller = new AbortController();

      const aborted = call(client, "stuck", {}, { signal: caller.signal });
      aborted.catch(() => undefined); // seen below, after the abort
      await until(
        () => recording.open().length > 1,
        () => "the call never left",
      );
      caller.abort(new Error("changed my mind"));
      const timedOut = call(client, "stuck", {}, { timeout: 10 });

      expect((await Promise.allSettled([aborted, timedOut])).map(({ status }) => status)).toEqual([
        "rejected",
        "rejected",
      ]);
      const ends = recording.told
        .filter(({ operation }) => operation.method === "tools/call" && operation.side === "client")
        .map((told) => told.ends);
      expect(ends).toEqual([[{ errorType: "cancelled" }], [{ errorType: "timeout" }]]);
      await client.close();
    });

    it("a request that is aborted before it leaves is none", async () => {
      const recording = record();
      const { client } = await connected(sdk);
      const before = recording.told.length;

      await expect(
        call(client, "stuck", {}, { signal: AbortSignal.abort("too late") }),
      ).rejects.toBeDefined();

      expect(recording.told).toHaveLength(before);
      await client.close();
    });

    it("many calls at once keep their own ends", async () => {
      const recording = record();
      const { client } = await connected(sdk);
      const args = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? { a: at, b: 1 } : { a: "two" }));

      const results = await Promise.allSettled(args.map((given) => call(client, "add", given)));

      const failed = (at: number) =>
        results[at]?.status === "rejected" || JSON.stringify(results[at]).includes('"isError":true');
      const ends = recording.told.filter(
        ({ operation }) => operation.name === "tools/call add" && operation.side === "client",
      );
      expect(ends.map((told) => told.ends.length)).toEqual(Array(20).fill(1));
      expect(ends.map((told) => told.ends[0]?.errorType !== undefined)).toEqual(
        args.map((_, at) => failed(at)),
      );
      expect(recording.open()).toEqual([]);
      await client.close();
    });

    it("messages that the SDK cannot use leave nothing behind that a close does not end", async () => {
      const recording = record();
      const { client, there } = await connected(sdk);

      for (const stray of [
        { jsonrpc: "2.0", id: 77, result: {} },
        { jsonrpc: "2.0", id: "", error: { code: -1, message: "" } },
        { nonsense: true },
      ]) {
        there.onmessage?.(stray);
      }
      await client.close();
      await until(
        () => recording.open().length === 0,
        () => recording.open().join(),
      );
      expect(recording.faults).toEqual([]);
    });
  },
);
