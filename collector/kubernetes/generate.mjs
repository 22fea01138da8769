// Writes what is here a second time in another form, from the files that are the first:
//   npm run kubernetes:generate            (node collector/kubernetes/generate.mjs)
//   node collector/kubernetes/generate.mjs --check      says what is out of date, and writes nothing
//   node collector/kubernetes/generate.mjs --collector DIR      on another copy of collector/
//
// Rules become PrometheusRule objects, dashboards become a kustomization that makes a ConfigMap of each, and the Collector's configurations
// become OpenTelemetryCollector objects. A folder without rules or dashboards gives a list without entries, which Kubernetes takes as it is.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse, stringify } from "yaml";

const { values: options } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    collector: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
  },
});
const collector = options.collector;
const COLLECTOR_IMAGE = imageOf("kubernetes/base/gateway/kustomization.yaml");

const targets = {
  "kubernetes/components/prometheus-operator/prometheus-rule.yaml": prometheusRules(),
  "kubernetes/overlays/operator/collectors.yaml": collectors(),
  "grafana/kustomization.yml": dashboards(),
  "otelcol/kustomization.yml": configurations(),
};

const stale = Object.entries(targets).filter(([file, text]) => read(file) !== text);
if (!options.check) for (const [file, text] of stale) writeFileSync(join(collector, file), text);
for (const [file] of stale) console.log(`${options.check ? "out of date" : "written"}: ${file}`);
if (options.check && stale.length > 0) {
  console.log("npm run kubernetes:generate writes them");
  process.exitCode = 1;
}

/** One PrometheusRule for each file of prometheus/rules. */
function prometheusRules() {
  const rules = filesIn("prometheus/rules", ".yaml").map((file) => [
    `mcp-${nameOf(file, ".yaml")}`,
    parse(read(`prometheus/rules/${file}`)),
  ]);
  const objects = rules.length === 0 ? [["mcp-rules", { groups: [] }]] : rules;
  return documents(
    "From ../../../prometheus/rules, one object for each file.",
    objects.map(([name, { groups }]) => ({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: {
        name,
        namespace: "mcp-observability",
        labels: { "app.kubernetes.io/part-of": "mcp-observability" },
      },
      spec: { groups },
    })),
  );
}

/** The Collector's files, but for the fragment, which is for a Collector that is not one of these. */
function configurations() {
  const overlays = filesIn("otelcol/overlays", ".yaml").filter((file) => file !== "existing-pipeline.yaml");
  return documents(
    "ConfigMaps of the Collector's files. An overlay of ../kubernetes lists this folder once. An edit changes the names and rolls the pods.",
    [
      {
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        namespace: "mcp-observability",
        configMapGenerator: [
          { name: "mcp-otelcol", files: filesIn("otelcol", ".yaml") },
          { name: "mcp-otelcol-overlays", files: overlays.map((file) => `overlays/${file}`) },
        ],
      },
    ],
  );
}

/** A kustomization beside the dashboards: it may only read files below itself. */
function dashboards() {
  const files = filesIn("grafana/dashboards", ".json");
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace: "mcp-observability",
    configMapGenerator: [
      configMap("mcp-datasources", "provisioning/datasources/datasources.yaml", { grafana_datasource: "1" }),
      ...files.map((file) =>
        configMap(
          `mcp-dashboard-${nameOf(file, ".json")}`,
          `dashboards/${file}`,
          { grafana_dashboard: "1" },
          { grafana_folder: "MCP" },
        ),
      ),
    ],
  };
  return documents(
    "Dashboards and data sources, under the labels that the sidecar of Grafana's chart looks for.",
    [kustomization],
  );

  function configMap(name, file, labels, annotations) {
    // Without the hash: the sidecar would show the dashboard of yesterday's ConfigMap as well.
    return {
      name,
      files: [file],
      options: { disableNameSuffixHash: true, labels, ...(annotations && { annotations }) },
    };
  }
}

/** The Operator takes one configuration, inline, and reads ports and probes from it, so these are numbers and not variables. */
function collectors() {
  const security = {
    podSecurityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      seccompProfile: { type: "RuntimeDefault" },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
  const agent = podOf("kubernetes/base/agent/daemon-set.yaml");
  const gateway = podOf("kubernetes/base/gateway/stateful-set.yaml");
  const claims = parseFile("kubernetes/base/gateway/stateful-set.yaml").spec.volumeClaimTemplates;
  return documents("From ../../../otelcol and the manifests of ../../base.", [
    object("mcp-agent", {
      mode: "daemonset",
      ...security,
      resources: agent.container.resources,
      tolerations: agent.spec.tolerations,
      priorityClassName: agent.spec.priorityClassName,
      terminationGracePeriodSeconds: agent.spec.terminationGracePeriodSeconds,
      env: [
        { name: "K8S_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
        { name: "MCP_GATEWAY_ENDPOINT", value: "mcp-gateway-collector:4317" },
        ...settings(agent.container),
      ],
      volumes: agent.spec.volumes.filter(({ name }) => name === "queue"),
      volumeMounts: [{ name: "queue", mountPath: "/var/lib/otelcol" }],
      config: listening(
        merged(parseFile("otelcol/agent.yaml"), parseFile("kubernetes/base/agent/otelcol-overlay.yaml")),
      ),
    }),
    object("mcp-gateway", {
      mode: "statefulset",
      replicas: 1,
      ...security,
      resources: gateway.container.resources,
      terminationGracePeriodSeconds: gateway.spec.terminationGracePeriodSeconds,
      env: [
        ...Object.entries(variables("kubernetes/base/gateway/backends.env")).map(([name, value]) => ({
          name,
          value,
        })),
        ...settings(gateway.container),
      ],
      volumeClaimTemplates: claims,
      volumeMounts: [{ name: "queue", mountPath: "/var/lib/otelcol" }],
      config: listening(parseFile("otelcol/gateway.yaml")),
    }),
  ]);

  function object(name, spec) {
    return {
      apiVersion: "opentelemetry.io/v1beta1",
      kind: "OpenTelemetryCollector",
      metadata: { name, namespace: "mcp-observability" },
      spec: { ...spec, config: filled(spec.config), image: COLLECTOR_IMAGE, upgradeStrategy: "none" },
    };
  }
  /** A component without settings is `forward:` in a file and must be `forward: {}` in an object. */
  function filled(config) {
    return JSON.parse(JSON.stringify(config, (_key, value) => (value === null ? {} : value)));
  }
  function podOf(file) {
    const { spec } = parseFile(file).spec.template;
    return { spec, container: spec.containers[0] };
  }
  function settings(container) {
    return container.env.filter(({ name }) =>
      /^(MCP_STORAGE_DIR|MCP_MEMORY_LIMIT_MIB|GOMEMLIMIT)$/.test(name),
    );
  }
  function listening(config) {
    const { grpc, http } = config.receivers.otlp.protocols;
    grpc.endpoint = "0.0.0.0:4317";
    http.endpoint = "0.0.0.0:4318";
    config.extensions.health_check.endpoint = "0.0.0.0:13133";
    Object.assign(config.service.telemetry.metrics.readers[0].pull.exporter.prometheus, {
      host: "0.0.0.0",
      port: 8888,
    });
    return config;
  }
}

/** As the Collector merges its files: maps are joined, everything else is replaced. */
function merged(under, over) {
  const isMap = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const result = { ...under };
  for (const [key, value] of Object.entries(over))
    result[key] = isMap(value) && isMap(result[key]) ? merged(result[key], value) : value;
  return result;
}

function documents(what, objects) {
  const head = `# Generated by collector/kubernetes/generate.mjs: edit the sources, then \`npm run kubernetes:generate\`.\n# ${what}\n`;
  const texts = objects.map((one) => stringify(one, { aliasDuplicateObjects: false, lineWidth: 0 }));
  return head + texts.join("---\n");
}

function variables(file) {
  const lines = read(file).trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

function imageOf(file) {
  const [{ newName, newTag }] = parseFile(file).images;
  return `${newName}:${newTag}`;
}

/** A name that Kubernetes takes: `mcp_alerts.yaml` is mcp-alerts. */
function nameOf(file, ending) {
  return file
    .slice(0, -ending.length)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^mcp-/, "");
}

function filesIn(folder, ending) {
  const path = join(collector, folder);
  return existsSync(path)
    ? readdirSync(path)
        .filter((file) => file.endsWith(ending))
        .toSorted()
    : [];
}

function parseFile(file) {
  return parse(read(file), { merge: true });
}

function read(file) {
  const path = join(collector, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
