// OpenTelemetry's batch processor of log records, as mcp-otelkit uses it.
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from "@opentelemetry/sdk-logs";
import { expect, it } from "vitest";
import { oneAfterTheOther } from "../../src/runtime/delivery/batches.ts";

it("a shutdown in the middle of a flush delivers what has come since", async () => {
  const delivered: unknown[] = [];
  const exporter: LogRecordExporter = {
    export: (records, done) =>
      setImmediate(() => {
        delivered.push(...records.map(({ body }) => body));
        done({ code: 0 });
      }),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const processors = [oneAfterTheOther(new BatchLogRecordProcessor({ exporter }))];
  const provider = new LoggerProvider({ processors });
  const logger = provider.getLogger("test");

  logger.emit({ body: "before" });
  const flushed = provider.forceFlush();
  logger.emit({ body: "meanwhile" });
  const again = provider.forceFlush();
  logger.emit({ body: "at last" });
  await Promise.all([flushed, again, provider.shutdown()]);

  expect(delivered).toEqual(["before", "meanwhile", "at last"]);
});
