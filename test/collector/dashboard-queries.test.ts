// Compares the dashboards' queries with the metrics, labels and windows that exist. A query with an unknown name is
// an empty panel that looks like good news.
import { describe, expect, it } from "vitest";
import { allPanels, allTargets, dashboards, queryOf, variablesIn } from "./dashboards.ts";
import { KNOWN, OURS, metricOf } from "./known-metrics.ts";
import { readQuery } from "./promql.ts";

const queries = allTargets
  .filter(({ target }) => target.datasource.type === "prometheus")
  .map((of) => ({ ...of, query: readQuery(of.target.expr) }));

type Asked = (typeof queries)[number];

/** The queries that break a rule, with what is wrong. */
function breaking(rule: (asked: Asked) => readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    queries.map((asked) => [asked.name, rule(asked)] as const).filter(([, wrong]) => wrong.length > 0),
  );
}

it("are PromQL (linter: target-promql)", () => {
  expect(queries.length).toBeGreaterThan(100);
  expect(breaking(({ query }) => query.errors)).toEqual({});
});

it("ask for metrics and labels that exist", () => {
  const wrong = breaking(({ query }) => [
    ...query.selectors.flatMap(({ metric, matchers }) =>
      KNOWN.has(metric)
        ? matchers
            .filter(({ label }) => !KNOWN.get(metric)?.has(label))
            .map(({ label }) => `${metric}{${label}}`)
        : [metric],
    ),
    ...query.groupings.flatMap(({ labels, metrics }) =>
      labels.flatMap((label) =>
        metrics
          .filter((metric) => KNOWN.get(metric)?.has(label) === false)
          .map((metric) => `${metric} by ${label}`),
      ),
    ),
  ]);

  expect(wrong).toEqual({});
});

it("have labels for what their legends name", () => {
  const wrong = breaking(({ query, target }) => {
    const kept = new Set(query.selectors.flatMap(({ metric }) => [...(KNOWN.get(metric) ?? [])]));
    const named = [...(target.legendFormat ?? "").matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
    return named.filter((label) => !kept.has(label));
  });

  expect(wrong).toEqual({});
});

it("are of the servers that are selected (linter: target-job, target-instance)", () => {
  const wrong = breaking(({ name, query, dashboard }) => {
    if (name === OF_ALL_SERVERS) return [];
    const process = dashboard.templating.list.some((variable) => variable.name === "client")
      ? "client"
      : "server";
    return query.selectors
      .filter(({ metric }) => !NOT_OF_SERVERS.test(metric))
      .filter(({ matchers }) => {
        const has = (label: string, value: string): boolean =>
          matchers.some((one) => one.label === label && one.operator === "=~" && one.value === value);
        return !(has("job", process) && has("instance", "instance"));
      })
      .map(({ metric }) => metric);
  });

  expect(wrong).toEqual({});
});

it("never show a bare counter (linter: target-counter-agg)", () => {
  const wrong = breaking(({ query }) => {
    const counted = new Set(query.calls.flatMap(({ metrics }) => metrics));
    return query.selectors
      .map(({ metric }) => metric)
      .filter((metric) => /_(total|bucket|sum|count)$/.test(metric) && !counted.has(metric))
      .filter((metric) => !NO_COUNTERS.includes(metric));
  });

  expect(wrong).toEqual({});
});

it("look back as far as a graph's points are apart (linter: target-rate-interval)", () => {
  const wrong = breaking(({ target, panel }) => {
    if (target.instant === true || panel.title in OWN_WINDOWS) return [];
    const windows = [...target.expr.replaceAll(/"[^"]*"/g, "").matchAll(/\[([$\w:]+)\](?: @ end\(\))?/g)].map(
      ([range]) => range,
    );
    // The whole range only to rank series, once, and never as a value at each point.
    return windows.filter((range) => range !== "[$__rate_interval]" && range !== "[$__range] @ end()");
  });

  expect(wrong).toEqual({});
});

it("bound their lines: by a top, or by labels that have few values", () => {
  const wrong = breaking(({ target, panel }) => {
    if (panel.type !== "timeseries" || /\btopk\(/.test(target.expr)) return [];
    const by = [...target.expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = ""]) =>
      labels.split(", "),
    );
    return by.filter((label) => !FEW_VALUES.has(label));
  });

  expect(wrong).toEqual({});
});

/** The clients' dashboard shows the servers' side of the same calls once. */
const OF_ALL_SERVERS = "mcp-clients: p95 of tool calls, at the client and in the server B";

/** Named like counters: a time that only Collectors have, and a gauge. */
const NO_COUNTERS = ["otelcol_process_uptime_seconds_total", "process_unix_file_descriptor_count"];

/** The pipeline's own metrics have separate selectors. */
const NOT_OF_SERVERS = /^(up|ALERTS|otelcol_|prometheus_|loki_)/;

/** Panels whose windows are what they are about. */
const OWN_WINDOWS: Readonly<Record<string, string>> = {
  "Burn rate of the error budget": "burn rates are defined by their windows",
  "Burn rate of the latency budget": "burn rates are defined by their windows",
  "Memory, and where it is going": "a line through the last six hours, as in the guide",
};

/** Labels that no installation has many values of. */
const FEW_VALUES = new Set([
  ..."le status error_type rpc_response_status_code cpu_mode v8js_gc_type v8js_heap_space_name reason mcp_method_name".split(
    " ",
  ),
  ..."receiver exporter data_type".split(" "),
  // One Collector or store each, or the few of the business example.
  ..."job instance api cache dataset".split(" "),
]);

it("every metric of mcp-otelkit is on some panel", () => {
  const shown = new Set(
    queries.flatMap(({ query }) => query.selectors.map(({ metric }) => metricOf(metric))),
  );

  expect(OURS.filter((metric) => !shown.has(metric))).toEqual([]);
});

it("every label of mcp-otelkit is on some panel", () => {
  const used = new Set(
    queries.flatMap(({ query }) => [
      ...query.selectors.flatMap(({ matchers }) => matchers.map(({ label }) => label)),
      ...query.groupings.flatMap(({ labels }) => labels),
    ]),
  );
  const ours = new Set(
    [...KNOWN]
      .filter(([series]) => OURS.includes(metricOf(series)))
      .flatMap(([, labels]) => [...labels])
      .filter((label) => !NOT_SHOWN.has(label)),
  );

  expect([...ours].filter((label) => !used.has(label))).toEqual([]);
});

/** One value only in nearly every fleet, or the same as another. */
const NOT_SHOWN = new Set([
  "service_name",
  "network_protocol_name",
  "network_protocol_version",
  "gen_ai_operation_name",
]);

/** Variables whose *All* must not be `.*`. */
const OF_SERVERS = ["server", "client", "collector", "service"];

describe("variables", () => {
  const variables = dashboards.flatMap(({ uid, templating }) =>
    templating.list.map((variable) => [`${uid}: ${variable.name}`, variable, templating.list] as const),
  );

  it.each(variables)("%s has a label, a description, and a query of what exists", (_, variable, others) => {
    expect(variable.label).toMatch(/\S/);
    expect(variable.description).toMatch(/\.$/);
    if (variable.type !== "query") return;
    const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(queryOf(variable)) ?? [];
    const names = [...selector.matchAll(/[a-z]\w*_\w+(?=[|"{]|$)/g)].map(([name]) => name);
    const earlier = others.slice(0, others.indexOf(variable)).map(({ name }) => name);

    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(KNOWN.get(name)?.has(label), `${name}{${label}}`).toBe(true);
    expect(variable.datasource?.uid).toBe("${metrics}");
    expect(variable.refresh, "linter: template-on-time-change-reload").toBe(2);
    expect([variable.multi, variable.includeAll], "linter: template-job, template-instance").toEqual([
      true,
      true,
    ]);
    expect(variable.current.value).toEqual(["$__all"]);
    expect(variablesIn(selector).filter((name) => !earlier.includes(name))).toEqual([]);
  });

  it("are used, and every variable that is used is there", () => {
    for (const { uid, templating } of dashboards) {
      const text = JSON.stringify(
        allPanels
          .filter(({ dashboard }) => dashboard.uid === uid)
          .map(({ panel }) => [panel.targets, panel.fieldConfig, panel.datasource]),
      );
      const names = templating.list.map(({ name }) => name);
      const inVariables = templating.list.flatMap((variable) =>
        variablesIn(JSON.stringify([variable.query, variable.datasource])),
      );
      const used = new Set([...variablesIn(text), ...inVariables]);

      expect(
        names.filter((name) => !used.has(name)),
        `${uid} unused`,
      ).toEqual([]);
      expect(
        [...used].filter((name) => !name.startsWith("__") && !names.includes(name)),
        `${uid} missing`,
      ).toEqual([]);
    }
  });

  it("All servers means the names that were found: .* would add Prometheus's memory to theirs", () => {
    const everything = dashboards.flatMap(({ uid, templating }) =>
      templating.list
        .filter(({ name, allValue }) => OF_SERVERS.includes(name) && allValue !== undefined)
        .map(({ name }) => `${uid}: ${name}`),
    );

    expect(everything).toEqual([]);
  });
});

describe("log queries", () => {
  const logs = allTargets.filter(({ target }) => target.datasource.type === "loki");

  it.each(logs.map(({ name, target }) => [name, target.expr]))(
    "%s selects by an index label, then filters",
    (_, expr) => {
      // loki.yaml makes three resource attributes labels; everything else is structured metadata and comes after a pipe.
      expect(expr).toMatch(
        /^\{(service_name|service_namespace|deployment_environment_name)=~"\$\w+"\}( \| \w+=~?"[^"]*")*$/,
      );
    },
  );
});
