// What of an endpoint is printed: vendors put keys everywhere in it.
import { describe, expect, it } from "vitest";
import { describeEndpoint, requireEndpoint } from "../../src/runtime/delivery/reporting-exporter.ts";

const SETTINGS = {
  signal: "TRACES",
  exporters: ["otlp"],
  protocol: "http/protobuf",
  exportTimeoutMs: undefined,
} as const;
const said = (endpoint: string, protocol: "grpc" | "http/protobuf" = "http/protobuf") =>
  describeEndpoint({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, { ...SETTINGS, protocol });

describe("an endpoint is its scheme, host and port", () => {
  it.each([
    ["http://localhost:4318", "http://localhost:4318"],
    ["https://user:hunter2@collector.example:4318/x", "https://collector.example:4318"],
    ["https://user:hun@ter2@collector.example", "https://collector.example"],
    ["https://ingest.example/hunter2/v1", "https://ingest.example"],
    ["https://ingest.example?key=hunter2", "https://ingest.example"],
    ["https://ingest.example#hunter2", "https://ingest.example"],
    ["https://[::1]:4318/hunter2", "https://[::1]:4318"],
    ["user:hunter2@collector:4318", "collector:4318"],
    ["collector:4318", "collector:4318"],
    ["https://user:hunter2/x@collector", "(not shown)"],
    ["http://user:1/hunter2@collector", "(not shown)"],
    ["hunter 2", "(not shown)"],
    ["hunter2", "(not shown)"],
    ["https://", "(not shown)"],
  ])("%s is %s", (endpoint, shown) => {
    expect(said(endpoint)).toBe(`${shown} (OTEL_EXPORTER_OTLP_ENDPOINT, http/protobuf)`);
  });

  it.each(["user:hunter2@collector:4318", "htp://user:hunter2@collector", "hunter2/../x y"])(
    "also where it cannot be used: %s",
    (endpoint) => {
      const attempt = () => requireEndpoint({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, SETTINGS);
      expect(attempt).toThrow(/OTEL_EXPORTER_OTLP_ENDPOINT=.* is not an http/);
      expect(attempt).not.toThrow(/hunter2/);
    },
  );
});
