// The Collectors' pods against the configuration files that they read.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMPONENTS, KINDS, typeOf } from "../components.ts";
import { at, base, load, merge, read, strings, type Tree } from "../files.ts";
import { KUBERNETES, containers, kustomize, named, trees, variable, workloads } from "./objects.ts";

const FOLDERS = { agent: "daemon-set", gateway: "stateful-set", loadbalancer: "deployment" } as const;
const COLLECTORS = Object.entries(FOLDERS).map(([name, file]) => {
  const manifest = load(`kubernetes/base/${name}/${file}.yaml`);
  const pod = at(manifest, "spec", "template", "spec");
  const [container = {}] = containers(pod);
  return { name: name as keyof typeof FOLDERS, manifest, pod, container };
});

/** `k8s_attributes` is for clusters alone, so the Collector of the tests does not have it. */
const KUBERNETES_COMPONENTS = { ...COMPONENTS, processors: { ...COMPONENTS.processors, k8s_attributes: "" } };

describe.each(COLLECTORS)("$name", ({ name, manifest, pod, container }) => {
  const files = strings(container["args"]).map((argument) => argument.replace(/^--config=.*\//, ""));
  const overlay = name === "gateway" ? {} : load(`kubernetes/base/${name}/otelcol-overlay.yaml`);
  const config = merge(base(name), overlay);

  it("starts with its own file and, where there is one, with the overlay for Kubernetes", () => {
    const kustomization = load(`kubernetes/base/${name}/kustomization.yaml`);
    const [generated = {}] = trees(kustomization["configMapGenerator"]);
    const own = name === "gateway" ? [] : strings(generated["files"]).map((file) => file.split("=", 1)[0]);

    expect(files).toEqual([`${name}.yaml`, ...own]);
  });

  it("names components that are there", () => {
    const used: string[] = Object.values(at(config, "service", "pipelines")).flatMap((pipeline) =>
      ["receivers", "processors", "exporters"].flatMap((part) => strings((pipeline as Tree)[part])),
    );
    const defined = KINDS.flatMap((kind) => Object.keys(at(config, kind)));

    for (const kind of KINDS)
      for (const component of Object.keys(at(config, kind)))
        expect(Object.keys(KUBERNETES_COMPONENTS[kind])).toContain(typeOf(component));
    expect(used.filter((id) => !defined.includes(id))).toEqual([]);
  });

  it("limits memory first, and the container has a quarter more than the limiter allows", () => {
    const limit = Number(variable(container, "MCP_MEMORY_LIMIT_MIB"));

    const receiving = Object.values(at(config, "service", "pipelines")).filter((pipeline) =>
      strings((pipeline as Tree)["receivers"]).includes("otlp"),
    );
    expect(receiving).toHaveLength(3);
    for (const pipeline of receiving)
      expect(strings((pipeline as Tree)["processors"])[0]).toBe("memory_limiter");
    expect(variable(container, "GOMEMLIMIT")).toBe(`${Math.round(limit * 0.8)}MiB`);
    expect(mebibytes(at(container, "resources", "limits")["memory"])).toBeGreaterThanOrEqual(limit * 1.25);
  });

  it("has room on its disk for three full queues and half as much again", () => {
    const [, bytes] = /MCP_QUEUE_BYTES:-(\d+)/.exec(read(`otelcol/${name}.yaml`)) ?? [];
    const volume = trees(pod["volumes"]).find((one) => one["name"] === "queue");
    const [claim = {}] = trees(at(manifest, "spec")["volumeClaimTemplates"]);
    const size = volume
      ? at(volume, "emptyDir")["sizeLimit"]
      : at(claim, "spec", "resources", "requests")["storage"];

    expect(mebibytes(size)).toBeGreaterThanOrEqual((Number(bytes) / 2 ** 20) * 3 * 1.5);
  });

  it("writes into its volume, which belongs to its user", () => {
    const mount = trees(container["volumeMounts"]).find((one) => one["name"] === "queue");

    expect(variable(container, "MCP_STORAGE_DIR")).toMatch(new RegExp(`^${String(mount?.["mountPath"])}/`));
    expect(at(pod, "securityContext")).toMatchObject({ runAsUser: 10001, fsGroup: 10001 });
  });

  it("listens on the pod's own address, at the ports that it declares", () => {
    const ports = trees(container["ports"]).map(({ containerPort }) => containerPort);
    for (const variableName of ["MCP_OTLP_GRPC_ENDPOINT", "MCP_OTLP_HTTP_ENDPOINT", "MCP_HEALTH_ENDPOINT"]) {
      const [, port] = /^\$\(POD_IP\):(\d+)$/.exec(variable(container, variableName) ?? "") ?? [];
      expect(ports, variableName).toContain(Number(port));
    }
    expect(variable(container, "MCP_TELEMETRY_HOST")).toBe("$(POD_IP)");
  });

  it("is given variables that its files know", () => {
    const text = [
      `otelcol/${name}.yaml`,
      ...(name === "gateway" ? [] : [`kubernetes/base/${name}/otelcol-overlay.yaml`]),
    ]
      .map(read)
      .join("\n");
    const given = trees(container["env"]).map((one) => String(one["name"]));
    const standard = /^(POD_|GOMEMLIMIT$)/;

    expect(given.filter((one) => !standard.test(one) && !text.includes(one))).toEqual([]);
  });
});

const build = await kustomize();
describe.skipIf(typeof build === "string")("overlays/scale", () => {
  it("sends agents to the load balancer, which finds the gateways by the name of their Service", async () => {
    if (typeof build === "string") return;
    const objects = await build(`${KUBERNETES}overlays/scale`);
    const running = workloads(objects);
    const of = (name: string): Tree =>
      containers(running.find((one) => one.name === name)?.pod ?? {})[0] ?? {};
    const services = objects.map(named).filter(({ kind }) => kind === "Service");

    const [agentSendsTo] = (variable(of("mcp-agent"), "MCP_GATEWAY_ENDPOINT") ?? "").split(":");
    const [headless] = (variable(of("mcp-loadbalancer"), "MCP_GATEWAY_SERVICE") ?? "").split(".");

    expect(services.map(({ name }) => name)).toEqual(expect.arrayContaining([agentSendsTo, headless]));
    expect(agentSendsTo).toBe("mcp-loadbalancer");
    expect(variable(of("mcp-loadbalancer"), "MCP_GATEWAY_ENDPOINT")).toBe(`dns:///${headless}:4317`);
    expect(strings(of("mcp-gateway")["args"]).at(-1)).toBe(
      "--config=/etc/otelcol-overlays/tail-sampling.yaml",
    );
  });
});

it("runs the Collector that compose and the tests run", () => {
  const image = String(at(load("compose/compose.yaml"), "services", "gateway")["image"]);

  for (const name of Object.keys(FOLDERS)) {
    const [{ newName, newTag } = {}] = trees(load(`kubernetes/base/${name}/kustomization.yaml`)["images"]);
    expect(`${String(newName)}:${String(newTag)}`).toBe(image);
  }
});

it("the preload's image has the version of the package, wherever it is named", () => {
  const { version } = JSON.parse(
    readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  ) as Tree;
  const texts = [
    read("kubernetes/admission/preload.yaml"),
    read("kubernetes/overlays/operator/instrumentation.yaml"),
    read("kubernetes/components/preload/kustomization.yaml"),
  ].join("\n");
  const tags = [...texts.matchAll(/mcp-otelkit-autoinstrumentation(?::|\n\s+newTag: )([\d.]+)/g)].map(
    ([, tag]) => tag,
  );

  expect(tags).toEqual([version, version, version]);
});

function mebibytes(size: unknown): number {
  const [, amount, unit] = /^(\d+)(Mi|Gi)$/.exec(String(size)) ?? [];
  return Number(amount) * (unit === "Gi" ? 1024 : 1);
}
