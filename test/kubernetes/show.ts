// Every object, shown to an API server: would it be taken, is it taken, are the pods that come of it, and is what must be refused refused.
import { at, type Tree } from "../collector/files.ts";
import { containers, named, trees, workloads, type Workload } from "../collector/kubernetes/objects.ts";
import { reasonOf, type Api } from "./api.ts";
import { until } from "./control-plane.ts";
import { escalating, podOf } from "./pods.ts";
import { newRow, note, THEIRS, title, type Row, type Source } from "./rows.ts";

/** Those of kinds that the sources have; until they are served. */
export async function installCrds(api: Api, crds: readonly Tree[], all: readonly Source[]): Promise<Row> {
  const row = newRow("CRDs", "apply");
  const used = new Set(all.flatMap(({ objects }) => objects.map(({ kind }) => String(kind))));
  for (const crd of crds.filter((one) => used.has(String(at(one, "spec", "names")["kind"])))) {
    note(row, crd, await api.apply(crd));
    const { group, names } = at(crd, "spec") as { group: string; names: Tree };
    for (const version of trees(at(crd, "spec")["versions"]).filter(({ served }) => served === true))
      await until(`${String(names["kind"])} ${String(version["name"])}`, async () => {
        const { body } = await api.get(`/apis/${group}/${String(version["name"])}`);
        return trees(body["resources"]).some(({ kind }) => kind === names["kind"]);
      });
  }
  return row;
}

/** With the ServiceAccount that a controller makes in each, for pods that name none. */
export async function makeNamespaces(api: Api, all: readonly Source[]): Promise<Row> {
  const row = newRow("namespaces", "apply");
  const own = all.flatMap(({ objects }) => objects.filter(({ kind }) => kind === "Namespace"));
  const theirs = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: THEIRS, labels: { "pod-security.kubernetes.io/warn": "restricted" } },
  };
  const byName = new Map([...own, theirs].map((one) => [named(one).name, one]));
  for (const [namespace, object] of byName) {
    note(row, object, await api.apply(object));
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } };
    note(row, account, await api.apply(account));
  }
  return row;
}

/** @param missing groups without CRDs, as `customResources` gives them */
export async function showObjects(
  api: Api,
  { name, objects }: Source,
  missing: readonly string[],
  dry?: "dry",
): Promise<Row> {
  const row = newRow(name, dry ? "dry run" : "apply");
  for (const object of objects) {
    const [group = ""] = String(object["apiVersion"]).split("/", 1);
    if (missing.some((one) => one.startsWith(group))) row.unknown.push(title(object));
    else note(row, object, await api.apply(object, dry));
  }
  return row;
}

export async function showPods(api: Api, { name, objects }: Source): Promise<Row> {
  const row = newRow(name, "pods");
  for (const workload of workloads(objects)) {
    const pod = podOf(workload);
    note(row, pod, await api.wouldCreate(pod));
  }
  return row;
}

/** What a server must refuse or warn of. Without these, one that takes everything would look the same. */
export async function showMistakes(api: Api, workload: Workload): Promise<string[]> {
  const pod = podOf(workload);
  const [server = {}] = containers(workload.pod);
  const misspelt = { ...pod, spec: { ...at(pod, "spec"), containers: [{ ...server, livenesProbe: {} }] } };
  const template = { ...at(workload.object, "spec", "template"), spec: at(escalating(pod), "spec") };
  const deployment = { ...workload.object, spec: { ...at(workload.object, "spec"), template } };
  const said = {
    "a field that nobody knows": [await api.wouldCreate(misspelt), /unknown field .*livenesProbe/],
    "a pod that may gain rights": [
      await api.wouldCreate(escalating(pod)),
      /violates PodSecurity "restricted/,
    ],
    "a Deployment of such pods": [
      await api.apply(deployment, "dry"),
      /would violate PodSecurity "restricted/,
    ],
  } as const;
  return Object.entries(said)
    .map(
      ([what, [answer, expected]]) =>
        [what, [reasonOf(answer), ...answer.warnings].join(" "), expected] as const,
    )
    .filter(([, text, expected]) => !expected.test(text))
    .map(([what, text]) => `the server says nothing of ${what}: ${text}`);
}
