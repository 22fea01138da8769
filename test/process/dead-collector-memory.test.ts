// A collector that takes connections and never answers costs a bounded number of spans, three lines, and no memory.
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { exportingTo, PRELOAD, runProgram } from "./program.ts";
import { patience } from "../support/patience.ts";

it.concurrent.each(["http/protobuf", "grpc"])(
  "100,000 spans against a black hole, %s",
  { tags: ["proof"] },
  async (protocol) => {
    const sockets = new Set<{ destroy(): void }>();
    const blackHole = createServer((socket) => sockets.add(socket.on("error", () => undefined)));
    blackHole.listen(0, "127.0.0.1");
    await once(blackHole, "listening");
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      blackHole.close();
    });
    const url = `http://127.0.0.1:${(blackHole.address() as AddressInfo).port}`;

    const { code, stdout, stderr } = await runProgram(["--expose-gc", ...PRELOAD, "many-spans.mjs"], {
      env: { ...exportingTo(url, protocol), OTEL_METRICS_EXPORTER: "otlp" },
      hungAfterMs: patience(40_000),
    });

    expect(code).toBe(0);
    // The queues, full twice over, are some ten megabytes; 90,000 spans kept would be more than a hundred.
    expect((JSON.parse(stdout) as { grownBy: number }).grownBy).toBeLessThan(25);
    const told = stderr.split("\n").filter((line) => line !== "" && !line.includes(", instrumented "));
    expect(told).toEqual([
      expect.stringMatching(/^mcp-otelkit: cannot deliver spans to /),
      // Batches that timed out may have arrived.
      expect.stringMatching(
        /^mcp-otelkit: not confirmed before the process ended: \d+ spans, 1 metric export$/,
      ),
      expect.stringMatching(/^mcp-otelkit: lost: \d+ spans$/),
    ]);
    const counts = told.slice(1).map((line) => Number(/(\d+) spans/.exec(line)?.[1]));
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(100_004);
  },
);
