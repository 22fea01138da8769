// What generate.mjs writes: up to date in the repository, and right for folders that are empty and folders that are not.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { run } from "../../package/npm.ts";
import { BASES, COLLECTOR, at, base, filesBelow, load, merge, strings, type Tree } from "../files.ts";
import { KUBERNETES, kustomize, named, trees } from "./objects.ts";

const GENERATE = join(KUBERNETES, "generate.mjs");
const RULES = "kubernetes/components/prometheus-operator/prometheus-rule.yaml";
const COLLECTORS = "kubernetes/overlays/operator/collectors.yaml";

it("the repository has what `npm run kubernetes:generate` writes", async () => {
  const { stdout } = await run(process.execPath, [GENERATE, "--check"], KUBERNETES);

  expect(stdout).toBe("");
});

describe("with rules and dashboards", () => {
  let copy: string;
  const objects = (file: string): Tree[] =>
    parseAllDocuments(readFileSync(join(copy, file), "utf8")).map((one) => one.toJS() as Tree);
  const generate = (...words: string[]) =>
    run(process.execPath, [GENERATE, "--collector", copy, ...words], copy);

  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), "mcp-otelkit-generate-"));
    cpSync(COLLECTOR, copy, { recursive: true });
    for (const folder of ["prometheus/rules", "grafana/dashboards"]) {
      rmSync(join(copy, folder), { recursive: true, force: true });
      mkdirSync(join(copy, folder), { recursive: true });
    }
    writeFileSync(join(copy, "prometheus/rules/mcp_slow tools.yaml"), SLOW);
    writeFileSync(join(copy, "prometheus/rules/down.yaml"), SLOW.replaceAll("Slow", "Down"));
    writeFileSync(join(copy, "prometheus/rules/README.md"), "not a rule");
    writeFileSync(join(copy, "grafana/dashboards/MCP Overview.json"), '{"uid":"mcp-overview"}');
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it("says what is out of date, and writes nothing when it only checks", async () => {
    const before = readFileSync(join(copy, RULES), "utf8");

    await expect(generate("--check")).rejects.toMatchObject({
      code: 1,
      stdout: `out of date: ${RULES}\nout of date: grafana/kustomization.yml\nnpm run kubernetes:generate writes them\n`,
    });
    expect(readFileSync(join(copy, RULES), "utf8")).toBe(before);
  });

  it("makes a PrometheusRule of each file, with its groups untouched, templates included", async () => {
    await generate();

    const rules = objects(RULES);
    expect(rules.map((one) => named(one).name)).toEqual(["mcp-down", "mcp-slow-tools"]);
    const [group = {}] = trees(at(rules[1] ?? {}, "spec")["groups"]);
    const [rule = {}] = trees(group["rules"]);
    expect(at(rule, "annotations")["summary"]).toBe('{{ $labels.tool_name }} is slow: "really"');
  });

  it("makes a ConfigMap of each dashboard, under the label that Grafana's sidecar looks for", async () => {
    await generate();
    const build = await kustomize();
    if (typeof build === "string") {
      console.warn(`SKIPPED, the ConfigMaps of dashboards: ${build}`);
      return;
    }

    const maps = await build(join(copy, "grafana"));

    expect(maps.map((one) => named(one).name).toSorted()).toEqual([
      "mcp-dashboard-overview",
      "mcp-datasources",
    ]);
    const dashboard = maps.find((one) => named(one).name === "mcp-dashboard-overview");
    expect(at(dashboard ?? {}, "metadata", "labels")).toEqual({ grafana_dashboard: "1" });
    expect(at(dashboard ?? {}, "data")).toEqual({ "MCP Overview.json": '{"uid":"mcp-overview"}' });
  });

  it("makes objects without entries of empty folders", async () => {
    rmSync(join(copy, "prometheus/rules"), { recursive: true });
    rmSync(join(copy, "grafana/dashboards"), { recursive: true });
    await generate();

    expect(objects(RULES).map((one) => at(one, "spec"))).toEqual([{ groups: [] }]);
    expect(trees(objects("grafana/kustomization.yml")[0]?.["configMapGenerator"])).toHaveLength(1);
  });
});

it("each of the Collector's files is in a ConfigMap, but for the fragment for other people's", () => {
  const [bases = {}, overlays = {}] = trees(load("otelcol/kustomization.yml")["configMapGenerator"]);
  const files = filesBelow("otelcol", ".yaml").map((file) => file.replace("otelcol/", ""));
  const mapped = [...strings(bases["files"]), ...strings(overlays["files"])];

  expect(strings(bases["files"])).toEqual([...BASES].map((name) => `${name}.yaml`).toSorted());
  expect(files.filter((file) => !mapped.includes(file))).toEqual(["overlays/existing-pipeline.yaml"]);
});

describe("the Operator's Collectors", () => {
  const [agent = {}, gateway = {}] = parseAllDocuments(readFileSync(join(COLLECTOR, COLLECTORS), "utf8")).map(
    (one) => one.toJS() as Tree,
  );

  it.each<[string, Tree, Tree]>([
    ["agent", agent, merge(base("agent"), load("kubernetes/base/agent/otelcol-overlay.yaml"))],
    ["gateway", gateway, base("gateway")],
  ])("%s has the configuration of otelcol/, but for where it listens", (_name, object, files) => {
    const config = at(object, "spec", "config");

    expect(withoutAddresses(config)).toEqual(withoutAddresses(files));
    // An API server removes fields that are null, and a component with them.
    expect(JSON.stringify(config)).not.toContain("null");
    // The Operator reads its ports and probes from here, before any variable is filled in.
    expect(at(config, "receivers", "otlp", "protocols", "grpc")["endpoint"]).toBe("0.0.0.0:4317");
    expect(at(config, "extensions", "health_check")["endpoint"]).toBe("0.0.0.0:13133");
  });

  it("use fields of v1beta1 that are there", () => {
    for (const object of [agent, gateway])
      expect(Object.keys(at(object, "spec")).filter((field) => !FIELDS.includes(field))).toEqual([]);
  });
});

/** Of the spec, as far as we use it: apis/v1beta1/common.go and opentelemetrycollector_types.go of the Operator, 0.158. */
const FIELDS = [
  "config",
  "env",
  "image",
  "mode",
  "podSecurityContext",
  "priorityClassName",
  "replicas",
  "resources",
  "securityContext",
  "terminationGracePeriodSeconds",
  "tolerations",
  "upgradeStrategy",
  "volumeClaimTemplates",
  "volumeMounts",
  "volumes",
];

const SLOW = `groups:
  - name: mcp-slow
    rules:
      - alert: Slow
        expr: histogram_quantile(0.95, sum by (le, tool_name) (rate(mcp_tool_call_duration_seconds_bucket[5m]))) > 10
        annotations:
          summary: '{{ $labels.tool_name }} is slow: "really"'
`;

/** `forward:` of a file and `forward: {}` of an object are the same component without settings. */
function withoutAddresses(config: Tree): unknown {
  return JSON.parse(
    JSON.stringify(config, (key, value: unknown) =>
      /^(endpoint|host|port)$/.test(key) ? "an address" : (value ?? {}),
    ),
  );
}
