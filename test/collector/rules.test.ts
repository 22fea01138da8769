// What can be said of rules and alerts without Prometheus. That they fire and end when they should is for rules-run.test.ts.
import { describe, expect, it } from "vitest";
import { readPromql } from "../ops/promql.ts";
import { dashboards } from "./dashboards.ts";
import { read } from "./files.ts";
import { KNOWN_ANYWHERE, LABELS_ANYWHERE, OURS, metricOf } from "./known-metrics.ts";
import { ALERTS, RECORDINGS, RULES } from "./rule-files.ts";

const nameOf = (rule: (typeof RULES)[number]): string => rule.record ?? rule.alert ?? "";
const recorded = new Set(RECORDINGS.map(({ record }) => record));

describe.each(RULES.map((rule) => [`${rule.file}: ${nameOf(rule)}`, rule] as const))("%s", (_, rule) => {
  const query = readPromql(rule.expr);

  it("parses, and names series and labels that exist", () => {
    const unknown = query.selectors.filter(
      ({ metric }) => metric !== "" && !KNOWN_ANYWHERE.has(metric) && !recorded.has(metric),
    );
    const wrong = query.selectors.flatMap(({ metric, labels }) =>
      labels
        .filter((label) => KNOWN_ANYWHERE.get(metric)?.has(label) === false)
        .map((label) => `${metric}{${label}}`),
    );
    const somewhere = new Set([
      ...LABELS_ANYWHERE,
      ...RECORDINGS.flatMap(({ expr, labels }) => [...readPromql(expr).made, ...Object.keys(labels ?? {})]),
      ...query.made,
    ]);

    expect(query.error).toBeUndefined();
    expect(unknown).toEqual([]);
    expect(wrong).toEqual([]);
    expect(query.labels.filter((label) => !somewhere.has(label))).toEqual([]);
  });

  it("has the same callers' errors as all others", () => {
    for (const [codes] of rule.expr.matchAll(/-32\d{3}(\|-32\d{3})*/g))
      expect(codes).toBe("-32700|-32600|-32601|-32602|-32002");
  });
});

describe("recording rules", () => {
  it("are named level:metric:operation, or are the guide's names of mapping.yaml", () => {
    const mapped = RECORDINGS.filter(({ file }) => file.endsWith("mapping.yaml"));
    const others = RECORDINGS.filter(({ file }) => !file.endsWith("mapping.yaml"));

    expect(others.filter(({ record }) => !/^[a-z_]+:[a-z][a-z0-9_]*:[a-z0-9_]+$/.test(record))).toEqual([]);
    expect(mapped.filter(({ record }) => !OURS.includes(metricOf(record)))).toEqual([]);
    expect(mapped.filter(({ labels }) => labels?.["mapped_from"] !== "semconv")).toEqual([]);
  });

  it("of mapping.yaml do nothing where the process has the series itself", () => {
    const mapped = RECORDINGS.filter(({ file }) => file.endsWith("mapping.yaml"));
    const careless = mapped.filter(
      ({ record, expr }) => !expr.trim().endsWith(`unless on (job, instance) ${record}{mapped_from=""}`),
    );

    expect(mapped.length).toBeGreaterThan(10);
    expect(careless).toEqual([]);
  });
});

describe("thresholds", () => {
  const thresholds = RECORDINGS.filter(({ file }) => file.endsWith("thresholds.yaml"));

  it("are constants, each used by some rule", () => {
    const others = RULES.filter(({ file }) => !file.endsWith("thresholds.yaml"));
    const used = JSON.stringify(others.map(({ expr, annotations }) => [expr, annotations]));

    expect(thresholds.filter(({ expr }) => !/^vector\([\d.* ]+\)$/.test(expr))).toEqual([]);
    expect(thresholds.filter(({ record }) => !used.includes(record))).toEqual([]);
  });

  it("are the only numbers that alerts compare with", () => {
    // 0 and 1 are not tuned; the factors of burn rates follow from their windows.
    const allowed = /(?:^|[^<>=!])(?:>=?|<=?|==)\s*(?:bool\s+)?(?!0\b|1\b)(\d+(?:\.\d+)?)(?!\s*\*)/;
    const tuned = ALERTS.filter(({ expr }) => allowed.test(expr));

    expect(tuned.map(({ alert }) => alert)).toEqual([]);
  });
});

describe.each(ALERTS.map((rule) => [`${rule.alert}, ${rule.expr.slice(0, 40)}`, rule] as const))(
  "%s",
  (_, { alert, labels, annotations }) => {
    it("says how urgent it is, about what, with the value, a dashboard and a runbook", () => {
      expect(["critical", "warning", "info", "none"]).toContain(labels["severity"]);
      expect(["server", "tool", "client", "objective", "pipeline"]).toContain(labels["component"]);
      expect(annotations["summary"]).not.toBe("");
      expect(annotations["description"]).toMatch(/\$value/);
      expect(annotations["dashboard_url"]).toMatch(
        /label "dashboards" \}\}\{\{ end \}\}\/d\/mcp-[a-z]+(\?var-|$)/,
      );
      expect(annotations["runbook_url"]).toMatch(
        new RegExp(`label "runbooks" \\}\\}\\{\\{ end \\}\\}/${alert}\\.md$`),
      );
    });
  },
);

it.each(ALERTS.map((rule) => [rule.alert, rule.annotations["dashboard_url"] ?? ""] as const))(
  "%s leads to a dashboard that is there, and sets variables that it has: %s",
  (_, url) => {
    const [, uid, query = ""] = /\/d\/([\w-]+)(?:\?(.*))?$/.exec(url) ?? [];
    const target = dashboards.find((dashboard) => dashboard.uid === uid);
    const set = [...query.matchAll(/(?:^|&)var-(\w+)=\{\{ \$labels\.\w+ \| urlquery \}\}/g)];

    expect(target, url).toBeDefined();
    expect(target?.templating.list.map(({ name }) => name)).toEqual(
      expect.arrayContaining(set.map(([, variable]) => variable)),
    );
    expect(set).toHaveLength(query === "" ? 0 : query.split("&").length);
  },
);

it("the guide's five alerts are there, by their names", () => {
  const names = ALERTS.map(({ alert }) => alert);

  expect(names).toEqual(
    expect.arrayContaining([
      "MCPServerDown",
      "MCPToolHighErrorRate",
      "MCPToolHighLatency",
      "MCPServerHighMemory",
      "MCPServerNoTraffic",
    ]),
  );
});

it("prometheus.yaml loads the rules and knows an Alertmanager", () => {
  expect(read("prometheus/prometheus.yaml")).toMatch(/^rule_files:\n {2}- rules\/\*\.yaml$/m);
  expect(read("prometheus/prometheus.yaml")).toMatch(/^alerting:\n {2}alertmanagers:/m);
});
