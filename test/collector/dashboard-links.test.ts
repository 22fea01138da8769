// The ways between dashboards, data sources and files: each leads somewhere.
import { expect, it } from "vitest";
import { allPanels, dashboards, queryOf, variablesIn, type Dashboard } from "./dashboards.ts";
import { at, isThere, load, read, strings, type Tree } from "./files.ts";

const uids = dashboards.map(({ uid }) => uid);

interface DataLink {
  readonly name: string;
  readonly url: string;
  readonly columns: readonly string[];
  readonly from: Dashboard;
}

const links: readonly DataLink[] = allPanels.flatMap(({ name, panel, dashboard }) =>
  panel.fieldConfig.overrides.flatMap(({ properties }) =>
    properties
      .filter(({ id }) => id === "links")
      .flatMap(({ value }) => value as { url: string }[])
      .map(({ url }) => ({
        name,
        url,
        from: dashboard,
        columns: Object.values(
          (panel.transformations?.find(({ id }) => id === "organize")?.options["renameByName"] ??
            {}) as Record<string, string>,
        ),
      })),
  ),
);

it("links lead to dashboards that are there, with variables that those have", () => {
  expect(links.length).toBeGreaterThan(8);
  for (const { name, url } of links) {
    const [, uid = "", query = ""] = /^\/d\/([\w-]+)\?(.*)$/.exec(url) ?? [];
    const target = dashboards.find((dashboard) => dashboard.uid === uid);
    const set = [...query.matchAll(/\bvar-(\w+)=/g)].map(([, variable]) => variable);
    const passed = [...query.matchAll(/\$\{(\w+):queryparam\}/g)].map(([, variable]) => variable);

    expect(target, `${name}: ${url}`).toBeDefined();
    for (const variable of [...set, ...passed])
      expect(
        target?.templating.list.map(({ name: has }) => has),
        `${name}: ${url}`,
      ).toContain(variable);
  }
});

it("links take values that are there: labels of the series, columns of the table, variables of the dashboard", () => {
  const missing = links.flatMap(({ name, url, columns, from }) => {
    const own = from.templating.list.map((variable) => variable.name);
    const there = [
      ...columns.map((column) => `__data.fields.${column}`),
      ...own,
      "__url_time_range",
      "__field.labels.tool_name",
      "__field.labels.job",
    ];
    return variablesIn(url)
      .filter((used) => !there.includes(used))
      .map((used) => `${name}: ${used}`);
  });

  expect(missing).toEqual([]);
});

it("links by a series' label only where every line has it", () => {
  for (const { panel, name } of allPanels) {
    const wanted = /__field\.labels\.(\w+)/.exec(JSON.stringify(panel.fieldConfig.overrides))?.[1];
    if (wanted === undefined) continue;
    const without = (panel.targets ?? []).filter(
      ({ expr, legendFormat }) => !expr.startsWith("vector(") && !legendFormat?.includes(`{{${wanted}}}`),
    );
    expect(without, name).toEqual([]);
  }
});

it("each dashboard leads to all others by their tag", () => {
  for (const { uid, links: ways } of dashboards)
    expect(ways, uid).toMatchObject([
      { type: "dashboards", tags: ["mcp-otelkit"], includeVars: true, keepTime: true },
    ]);
});

it("data source variables start with a data source that is provisioned", () => {
  const { datasources } = load("grafana/provisioning/datasources/datasources.yaml") as {
    datasources: Tree[];
  };
  const provisioned = datasources.map(({ uid, type }) => `${String(type)} ${String(uid)}`);

  const others = dashboards.flatMap(({ uid, templating }) =>
    templating.list
      .filter(({ type }) => type === "datasource")
      .filter((one) => !provisioned.includes(`${queryOf(one)} ${String(one.current.value)}`))
      .map(({ name }) => `${uid}: ${name}`),
  );

  expect(others).toEqual([]);
});

it("exemplars are asked for where the data source can lead to their traces", () => {
  const { datasources } = load("grafana/provisioning/datasources/datasources.yaml") as {
    datasources: Tree[];
  };
  const byUid = (uid: string): Tree =>
    at({ list: Object.fromEntries(datasources.map((one) => [String(one["uid"]), one])) }, "list", uid);
  const asking = allPanels.filter(({ panel }) => panel.targets?.some(({ exemplar }) => exemplar === true));

  expect(asking.length).toBeGreaterThan(0);
  expect(at(byUid("prometheus"), "jsonData")["exemplarTraceIdDestinations"]).toEqual([
    { name: "trace_id", datasourceUid: "jaeger" },
  ]);
  expect(at(byUid("jaeger"), "jsonData", "tracesToLogsV2")["datasourceUid"]).toBe("loki");
  expect(at(byUid("loki"), "jsonData")["derivedFields"]).toMatchObject([
    { matcherRegex: "trace_id", datasourceUid: "jaeger" },
  ]);
});

it("Grafana in compose.yaml finds the dashboards where its provider looks", () => {
  const { providers } = load("grafana/provisioning/dashboards/dashboards.yaml") as { providers: Tree[] };
  const mounts = strings(at(load("compose/compose.yaml"), "services", "grafana")["volumes"]);
  const path = String(at(providers[0] ?? {}, "options")["path"]);

  expect(providers[0]).toMatchObject({ type: "file", folder: "MCP", allowUiUpdates: false });
  expect(mounts).toContain(`../grafana/dashboards:${path}:ro`);
  expect(isThere("grafana/dashboards")).toBe(true);
});

it("the README of the dashboards has a line for each, and no other", () => {
  const named = [
    ...read("grafana/README.md").matchAll(/^\| \[[^\]]+\]\(dashboards\/(\w+)\.json\) \| `([\w-]+)`/gm),
  ];

  expect(new Set(named.map(([, , uid]) => uid))).toEqual(new Set(uids));
  expect(named).toHaveLength(uids.length);
});
