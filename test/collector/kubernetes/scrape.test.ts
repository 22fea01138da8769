// Which labels the series of a scraped pod get, by each of the two ways: those that OTLP would have given them.
import { describe, expect, it } from "vitest";
import { at, load, strings, type Tree } from "../files.ts";
import { trees } from "./objects.ts";
import { relabel } from "./relabel.ts";

const template = at(load("kubernetes/base/server/deployment.yaml"), "spec", "template", "metadata");
const monitor = load("kubernetes/components/prometheus-operator/pod-monitor.yaml");
const [endpoint = {}] = trees(at(monitor, "spec")["podMetricsEndpoints"]);
const [annotated = {}] = trees(load("kubernetes/prometheus/annotated-pods.yaml")["scrape_configs"]);

/** As Prometheus discovers a pod of the example: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod */
function discovered(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const meta = (kind: string, values: Tree): [string, string][] =>
    Object.entries(values).map(([key, value]) => [
      `__meta_kubernetes_pod_${kind}_${key.replace(/[^a-zA-Z0-9_]/g, "_")}`,
      String(value),
    ]);
  return {
    __address__: "10.1.2.3:8080",
    __metrics_path__: "/metrics",
    job: "mcp-servers",
    __meta_kubernetes_namespace: "mcp-servers",
    __meta_kubernetes_pod_name: "weather-6d4b9-x7k2p",
    __meta_kubernetes_pod_ip: "10.1.2.3",
    __meta_kubernetes_pod_phase: "Running",
    __meta_kubernetes_pod_container_port_number: "8080",
    ...Object.fromEntries(meta("label", at(template, "labels"))),
    ...Object.fromEntries(meta("annotation", at(template, "annotations"))),
    ...more,
  };
}

const WAYS: [string, (pod: Record<string, string>) => Record<string, string> | undefined][] = [
  ["the PodMonitor", (pod) => relabel(pod, trees(endpoint["relabelings"]))],
  ["the job for annotated pods", (pod) => relabel(pod, trees(annotated["relabel_configs"]))],
];

describe.each(WAYS)("%s", (_way, scrape) => {
  it("gives the labels that prometheus.yaml promotes from OTLP, and the pod's names", () => {
    const promoted = strings(at(load("prometheus/prometheus.yaml"), "otlp")["promote_resource_attributes"]);
    const labels = scrape(discovered());

    expect(labels).toMatchObject({
      service_name: "weather",
      service_version: "1.0.0",
      service_instance_id: "mcp-servers.weather-6d4b9-x7k2p",
      deployment_environment_name: "production",
      k8s_namespace_name: "mcp-servers",
      k8s_pod_name: "weather-6d4b9-x7k2p",
    });
    const missing = promoted
      .map((name) => name.replaceAll(".", "_"))
      .filter((name) => !(name in (labels ?? {})));
    expect(missing).toEqual(["service_namespace"]); // OTLP's job would be namespace/name with it; here the job is the name
  });

  it("leaves out what a pod does not say, rather than an empty label", () => {
    const labels = scrape(discovered({ __meta_kubernetes_pod_label_app_kubernetes_io_version: "" }));

    expect(labels).not.toHaveProperty("service_version");
  });

  it("lets go of pods that have ended", () => {
    expect(scrape(discovered({ __meta_kubernetes_pod_phase: "Succeeded" }))).toBeUndefined();
  });

  it("asks for exemplars first, and cuts off a server whose names got out of hand", () => {
    const spec = { ...at(monitor, "spec"), ...annotated };
    expect(strings(spec["scrapeProtocols"])).toEqual(strings(spec["scrape_protocols"]));
    expect(strings(spec["scrapeProtocols"])[0]).toMatch(/^OpenMetricsText/);
    expect([spec["sampleLimit"], spec["sample_limit"]]).toEqual([20000, 20000]);
  });
});

describe("the PodMonitor", () => {
  it("finds the example by its label and its port, and names the job as OTLP does", () => {
    const { selector, jobLabel } = at(monitor, "spec");
    const server = trees(
      at(load("kubernetes/base/server/deployment.yaml"), "spec", "template", "spec")["containers"],
    )[0];

    expect(at(template, "labels")).toMatchObject(at(selector as Tree, "matchLabels"));
    expect(at(template, "labels")[String(jobLabel)]).toBe("weather");
    expect(trees(server?.["ports"]).map(({ name }) => name)).toContain(endpoint["port"]);
  });
});

describe("the job for annotated pods", () => {
  const scrape = (more: Record<string, string> = {}) =>
    relabel(discovered(more), trees(annotated["relabel_configs"]));

  // The guide's own relabelling writes "9464:" here, since its one source label has no second group.
  it.each([
    ["10.1.2.3", "10.1.2.3:9464"],
    ["fd00::12", "[fd00::12]:9464"],
  ])("goes to the annotated port of %s", (ip, address) => {
    expect(scrape({ __meta_kubernetes_pod_ip: ip })?.["__address__"]).toBe(address);
  });

  it("makes equal targets of a pod's several ports, which Prometheus scrapes once", () => {
    const [first, second] = ["8080", "9464"].map((port) =>
      scrape({ __address__: `10.1.2.3:${port}`, __meta_kubernetes_pod_container_port_number: port }),
    );
    const visible = (labels: Record<string, string> = {}) =>
      Object.entries(labels).filter(([name]) => !name.startsWith("__meta_"));

    expect(visible(first)).toEqual(visible(second));
  });

  it("takes the annotated path, and pods with the annotation only", () => {
    expect(scrape({ __meta_kubernetes_pod_annotation_prometheus_io_path: "/m" })?.["__metrics_path__"]).toBe(
      "/m",
    );
    expect(scrape({ __meta_kubernetes_pod_annotation_prometheus_io_scrape: "" })).toBeUndefined();
    expect(scrape()?.["job"]).toBe("weather");
  });
});

it("the autoscaler's metric is served by the adapter's rule, under the labels that scraping gives", () => {
  const [rule = {}] = trees(at(load("kubernetes/prometheus/adapter.yaml"), "rules")["custom"]);
  const autoscaler = load("kubernetes/base/server/autoscaler.yaml");
  const metrics = trees(at(autoscaler, "spec")["metrics"]).map(
    (metric) => at(metric, "pods", "metric")["name"],
  );
  const labels = relabel(discovered(), trees(endpoint["relabelings"])) ?? {};

  expect(String(rule["seriesQuery"])).toMatch(/^mcp_server_active_requests\{/);
  expect(metrics).toContain("mcp_server_active_requests");
  for (const label of Object.keys(at(rule, "resources", "overrides")))
    expect(Object.keys(labels)).toContain(label);
});
