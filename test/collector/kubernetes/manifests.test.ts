// Every object that an overlay makes: valid for the API and the CRDs, consistent with the others, and with the least
// privileges.
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { at, isTree, read, type Tree } from "../files.ts";
import {
  KUBERNETES,
  OVERLAYS,
  containers,
  initContainers,
  kustomize,
  named,
  trees,
  workloads,
  type Overlay,
} from "./objects.ts";
import { schemas } from "./schemas.ts";

const build = await kustomize();
const known = await schemas();
if (typeof build === "string") console.warn(`SKIPPED, all of the manifests' tests: ${build}`);
if (typeof known === "string") console.warn(`SKIPPED, the manifests against the schemas: ${known}`);
else
  for (const reason of known.missing) console.warn(`SKIPPED, the manifests against the schema of ${reason}`);

const built = new Map<Overlay, Tree[]>();
if (typeof build !== "string")
  for (const overlay of OVERLAYS) built.set(overlay, await build(`${KUBERNETES}overlays/${overlay}`));

describe.skipIf(typeof build === "string").each(OVERLAYS)("overlays/%s", (overlay) => {
  const objects = built.get(overlay) ?? [];
  const all = objects.map(named);
  const running = workloads(objects);

  it.skipIf(typeof known === "string")(
    "has objects that the API server and the CRDs take, field by field",
    () => {
      if (typeof known === "string") return;
      const wrong = all.flatMap(({ kind, name, object }) => {
        const problems = known.problems(object);
        const group = String(object["apiVersion"]).split("/", 1)[0] ?? "";
        if (problems === undefined)
          return known.missing.some((one) => one.startsWith(group)) ? [] : `${kind}: no schema`;
        return problems.map((problem) => `${kind} ${name}${problem}`);
      });

      expect(all.length).toBeGreaterThan(1);
      expect(wrong).toEqual([]);
    },
  );

  it("makes each object once, in a namespace that it makes or that others own", () => {
    const keys = all.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
    const spaces = new Set(all.filter(({ kind }) => kind === "Namespace").map(({ name }) => name));
    const elsewhere = all.filter(
      ({ namespace }) => namespace !== "" && !spaces.has(namespace) && namespace !== "tools",
    );

    expect(keys).toEqual([...new Set(keys)]);
    expect(elsewhere.map(({ kind, name }) => `${kind} ${name}`)).toEqual([]);
  });

  it("mounts ConfigMaps and uses ServiceAccounts that are there", () => {
    const wanted = running.flatMap(({ namespace, pod }) => [
      ...[...JSON.stringify(pod).matchAll(/"(?:configMap|configMapRef)":\{"name":"([^"]+)"/g)].map(
        ([, name]) => `ConfigMap ${namespace}/${name}`,
      ),
      ...(typeof pod["serviceAccountName"] === "string"
        ? [`ServiceAccount ${namespace}/${pod["serviceAccountName"]}`]
        : []),
    ]);
    const there = all.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);

    expect(wanted.filter((one) => !there.includes(one))).toEqual([]);
  });

  it("selects pods that are there, and ports that they have", () => {
    const podsWith = (namespace: string, labels: Tree) =>
      running.filter(
        ({ podLabels, namespace: own }) =>
          own === namespace && Object.entries(labels).every(([key, value]) => podLabels[key] === value),
      );
    // What the Operator makes is not here to be seen.
    const byOperator = (labels: Tree): boolean => labels["app.kubernetes.io/part-of"] === "opentelemetry";

    for (const { kind, namespace, name, object } of all) {
      const selector = selectorOf(kind, object);
      if (!selector || byOperator(selector)) continue;
      const pods = podsWith(namespace, selector);
      expect(pods.length, `${kind} ${name}`).toBeGreaterThan(0);
      for (const port of portsOf(kind, object))
        for (const { pod } of pods)
          expect(
            containers(pod).flatMap((one) =>
              trees(one["ports"]).flatMap((own) => [own["name"], own["containerPort"]]),
            ),
            `${kind} ${name}`,
          ).toContain(port);
    }
  });

  it("scales workloads that are there", () => {
    for (const { namespace, object } of all.filter(({ kind }) => kind === "HorizontalPodAutoscaler")) {
      const { kind, name } = at(object, "spec", "scaleTargetRef");
      const target = running.find(
        (one) => one.kind === kind && one.name === name && one.namespace === namespace,
      );

      expect(target?.name).toBe(name);
      expect(at(target?.object ?? {}, "spec")).not.toHaveProperty("replicas"); // an apply would fight with the autoscaler
    }
  });

  // The servers of overlays/preload are third-party; what mcp-otelkit adds to them must be as strict.
  const strict = running.filter(({ namespace }) => namespace !== "tools");
  it("runs pods that the restricted standard admits, with nothing to write but volumes, and limits", () => {
    for (const { name, pod } of strict) {
      const podWide = at(pod, "securityContext");
      expect(podWide["runAsNonRoot"], name).toBe(true);
      expect(podWide["runAsUser"], name).toBeGreaterThan(0);
      expect(at(podWide, "seccompProfile")["type"], name).toBe("RuntimeDefault");
      expect(JSON.stringify(pod)).not.toMatch(/hostPath|hostNetwork|hostPort|hostPID|privileged/);
    }
    const ours = running
      .flatMap(({ pod }) => initContainers(pod))
      .filter(({ name }) => name === "mcp-otelkit");
    for (const container of [...strict.flatMap(({ pod }) => containers(pod)), ...ours]) {
      expect(at(container, "securityContext")).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      for (const amount of ["requests", "limits"])
        expect(Object.keys(at(container, "resources", amount)).toSorted()).toEqual(["cpu", "memory"]);
    }
    expect(strict.length + ours.length).toBeGreaterThan(0);
  });

  it("has a probe for each of its own containers", () => {
    for (const { pod } of strict)
      for (const container of containers(pod))
        for (const probe of ["livenessProbe", "readinessProbe"])
          expect(trees(container["ports"]).map(({ name }) => name)).toContain(
            at(container, probe, "httpGet")["port"],
          );
  });

  it("has images with a version", () => {
    const images = running
      .flatMap(({ pod }) => [...containers(pod), ...initContainers(pod)])
      .map(({ image }) => image);

    for (const image of images) expect(image).toMatch(/^[\w./-]+:\d+\.\d+\.\d+$/);
  });
});

it.skipIf(typeof known === "string")("admission/preload.yaml has objects that the API server takes", () => {
  if (typeof known === "string") return;
  const objects = parseAllDocuments(read("kubernetes/admission/preload.yaml")).map(
    (one) => one.toJS() as Tree,
  );

  expect(objects.map((one) => named(one).kind)).toEqual([
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
  ]);
  for (const object of objects) expect(known.problems(object)).toEqual([]);
});

const rule: Tree = {
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PrometheusRule",
  metadata: { name: "a" },
};

describe.skipIf(typeof known === "string")("the schemas", () => {
  it.each<[string, Tree, RegExp]>([
    [
      "a field that is misspelt",
      deployment({ terminationGracePeriod: 40 }),
      /additional properties.*terminationGracePeriod"/,
    ],
    ["a number for a string", deployment({ nodeName: 4 }), /nodeName: must be string/],
    [
      "a rule without an expression",
      { ...rule, spec: { groups: [{ name: "a", rules: [{ alert: "A" }] }] } },
      /required.*expr/,
    ],
  ])("refuse %s", (_what, object, expected) => {
    if (typeof known === "string") return;

    expect(known.problems(object)?.join("\n")).toMatch(expected);
  });
});

function deployment(podSpec: Tree): Tree {
  const labels = { app: "a" };
  const spec = { containers: [{ name: "a", image: "a" }], ...podSpec };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a" },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function selectorOf(kind: string, object: Tree): Tree | undefined {
  const { selector, podSelector } = at(object, "spec");
  if (kind === "Service") return isTree(selector) ? selector : undefined;
  if (kind === "NetworkPolicy") return isTree(podSelector) ? at(podSelector, "matchLabels") : undefined;
  if (/^(PodDisruptionBudget|Deployment|StatefulSet|DaemonSet)$/.test(kind))
    return at(object, "spec", "selector", "matchLabels");
  return undefined;
}

function portsOf(kind: string, object: Tree): unknown[] {
  const { ports, ingress } = at(object, "spec");
  if (kind === "Service") return trees(ports).map(({ targetPort, port }) => targetPort ?? port);
  return kind === "NetworkPolicy"
    ? trees(ingress).flatMap((one) => trees(one["ports"]).map(({ port }) => port))
    : [];
}
