// A server that somebody else wrote brings its vendor's SDK, and the operator has named an endpoint: what is of MCP goes to the
// operator, what is the vendor's to the vendor, each once, and in one trace.
import { expect, it, onTestFinished } from "vitest";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { chainsOf } from "./chains.ts";
import { join, sendersOf } from "./joined.ts";
import { PRELOAD } from "./program.ts";

const THEIRS = ["--import", "./user-sdk-preload.mjs"];
const OF_MCP = [
  "CLIENT initialize > SERVER initialize",
  "CLIENT notifications/initialized > SERVER notifications/initialized",
  "CLIENT tools/call work > SERVER tools/call work",
  "CLIENT tools/call work > SERVER tools/call work",
];

it.each([
  ["before", [...THEIRS, ...PRELOAD, "joining.mjs"]],
  ["after", [...PRELOAD, ...THEIRS, "joining.mjs"]],
  ["some turns after", [...PRELOAD, "joining.mjs", "after-import"]],
])("a vendor's SDK that starts %s ours", async (_when, words) => {
  const vendor = await startOtlpReceiver();
  onTestFinished(() => vendor.close());

  const operator = await join(words, {
    env: { VENDOR_URL: vendor.url },
  });

  expect(operator.stdout).toBe("worked\n");
  expect(chainsOf(operator.spans)).toEqual(OF_MCP);
  expect([operator.spans, operator.metrics, operator.logs].map(sendersOf)).toEqual([
    ["ours"],
    ["ours"],
    ["ours"],
  ]);
  expect(
    vendor
      .spans()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(["GET", "GET", "GET", "GET", "work", "work"]);
  expect(vendor.metrics().filter(({ name }) => name.startsWith("mcp"))).toEqual([]);
  const calls = operator.spans.filter(({ kind, name }) => kind === "SERVER" && name === "tools/call work");
  const works = vendor.spans().filter(({ name }) => name === "work");
  expect(new Set(works.map(({ parentSpanId }) => parentSpanId))).toEqual(
    new Set(calls.map(({ spanId }) => spanId)),
  );
});

it("is joined where no endpoint is named", async () => {
  const vendor = await startOtlpReceiver();
  onTestFinished(() => vendor.close());

  const operator = await join([...THEIRS, ...PRELOAD, "joining.mjs"], {
    env: { VENDOR_URL: vendor.url, OTEL_EXPORTER_OTLP_ENDPOINT: "" },
  });

  expect(operator.spans).toEqual([]);
  expect(vendor.spans().filter(({ scope }) => scope === "mcp-otelkit")).toHaveLength(8);
});
