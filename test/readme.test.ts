import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { labelName, metricName } from "../src/admin/metrics/prometheus-names.ts";
import { SETTINGS } from "../src/settings/mcp-settings.ts";
import { IMPLEMENTATIONS } from "../src/hook/loader/implementations.ts";
import { INSTRUMENTS, type InstrumentRow } from "../src/signals/metrics/instruments.ts";

const README = new URL("../README.md", import.meta.url);

/** The purpose of each setting, for people; the names, values and defaults come from the code. */
const MEANING: Record<keyof typeof SETTINGS, string> = {
  resourceUri:
    "`mcp.resource.uri` on spans: without userinfo and query values, only the URI template that matched, or not at all",
  errorMessage:
    "the message of a JSON-RPC error as the span's status description, secrets redacted; never that of a tool, a prompt, sampling, elicitation or a method of your own",
  trust:
    "whether a message continues its sender's trace, starts a new trace with a link to it, or starts one without a link",
  baggage: "a list of the baggage keys that cross to and from MCP peers, `*` for any characters; unset: none",
  metaKeys:
    "a list of keys that a propagator may write into `_meta` beside SEP-414's, `*` for any characters; unset: none",
  sessionId: "`mcp.session.id`: a short hash of the session id, the id itself, or nothing",
  logRate:
    "log entries a second that one connection can cause by log messages, failures and sessions; entries beyond it are counted",
  reuseExecuteTool:
    "put a client's `tools/call` on a GenAI `execute_tool` span that is already active for it, instead of a second span",
  metrics: "the families of metrics to make",
  sessionIdleMs: "milliseconds without a message after which a session over HTTP no longer counts as active",
  logLevel: "the lowest level that is logged, as log records and on stderr",
  lineLevel:
    "the same for the lines on stderr only; it is the application's own variable and does not affect records",
  logLines: "log lines as JSON on stderr, beside the log records",
  slowMs: "milliseconds after which a successful call is logged as slow, at WARN",
  capture:
    "content to record, secrets redacted: arguments and results of tools, prompts, messages (sampling, elicitation, log data)",
  captureTools:
    "a list of the tools whose arguments and results may be captured, `*` for any characters; unset: every tool",
  captureToolsDeny: "a list of the tools whose arguments and results are never captured",
  captureLimit: "the longest captured value, in characters",
  stdout:
    "writes to a stdio server's stdout that are not part of the protocol: report the first and count all, also send them to stderr, or do nothing",
};

const KINDS = {
  histogram: "histogram",
  counter: "counter",
  observableCounter: "counter",
  observableUpDownCounter: "upDownCounter",
  observableGauge: "gauge",
} as const;

const TABLES: Record<string, string[]> = {
  sdks: [
    "| package | as | versions | formats |",
    "|---|---|---|---|",
    ...IMPLEMENTATIONS.map(({ package: name, as, from, below, files }) => {
      const found = Object.values(files);
      // Where no file is known by its name, classes are recognised in either format.
      const formats = [...new Set(found.length === 0 ? ["esm", "cjs"] : found)].map((format) =>
        format === "esm" ? "ES modules" : "CommonJS",
      );
      return `| \`${name}\` | ${as} | ${from.join(".")} to ${below - 1}.x | ${formats.join(", ")} |`;
    }),
  ],
  settings: [
    "| variable | values (default first) | what for |",
    "|---|---|---|",
    ...Object.entries(SETTINGS).map(
      ([key, { variable, allowed }]) =>
        `| \`${variable}\` | ${allowed.map((text) => `\`${text}\``).join(", ") || "unset"} | ${MEANING[key as keyof typeof SETTINGS]} |`,
    ),
  ],
  metrics: [
    "| OpenTelemetry (unit) | Prometheus | labels | family |",
    "|---|---|---|---|",
    ...Object.values(INSTRUMENTS as Record<string, InstrumentRow>).map(
      ({ name, unit, kind, attributes, family }) => {
        const prometheus = metricName(name, unit, KINDS[kind]);
        const labels = attributes.map((attribute) => `\`${labelName(attribute)}\``).join(", ") || "–";
        return `| \`${name}\` (${unit.replace(/^\{(.*)\}$/, "$1")}) | \`${prometheus}\` | ${labels} | ${family} |`;
      },
    ),
  ],
};

/** `UPDATE=1 npx vitest run test/readme.test.ts` writes the tables. */
test("the tables in the README are those of the code", () => {
  const written = readFileSync(README, "utf8");

  const generated = written.replaceAll(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- \/table -->)/g,
    (_all, open: string, name: string, close: string) => `${open}${TABLES[name]?.join("\n")}\n${close}`,
  );
  if (process.env["UPDATE"]) writeFileSync(README, generated);

  expect(generated).not.toContain("undefined");
  expect(readFileSync(README, "utf8")).toBe(generated);
});
