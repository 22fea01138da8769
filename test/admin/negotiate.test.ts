import { expect, test } from "vitest";
import { wantsOpenMetrics } from "../../src/admin/metrics/negotiate.ts";

/** Accept headers of real clients. */
const PROMETHEUS_3 =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
const PROMETHEUS_2 =
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const PROMETHEUS_3_TEXT_ONLY = "text/plain;version=0.0.4;q=0.5,*/*;q=0.4";
const PROTOBUF_FIRST =
  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.3";
const CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

test.each([
  [PROMETHEUS_3, true],
  [PROMETHEUS_2, true],
  [PROTOBUF_FIRST, true],
  ['Application/OpenMetrics-Text; Version="1.0.0"', true],
  ["application/openmetrics-text", true],
  ["application/openmetrics-text;q=0.5, text/plain;q=0.5", true],
  ["application/openmetrics-text, text/plain;q=0", true],
  [PROMETHEUS_3_TEXT_ONLY, false],
  [CHROME, false],
  [undefined, false],
  ["", false],
  ["*/*", false],
  ["application/*", false],
  ["application/json", false],
  ["application/openmetrics-text;version=0.0.1", false],
  ["application/openmetrics-text;version=2.0.0", false],
  ["application/openmetrics-text;q=0", false],
  ["application/openmetrics-text;q=nonsense", false],
  ["application/openmetrics-text;q=0.5, text/plain", false],
  ["application/openmetrics-text;q=0.5, */*", false],
  [";;;=,,q=1;;", false],
])("Accept: %s asks for OpenMetrics: %s", (accept, expected) => {
  expect(wantsOpenMetrics(accept)).toBe(expected);
});
