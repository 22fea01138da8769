// admission/preload.yaml at work: pods as people write them, and what the API server makes of them.
import { isDeepStrictEqual } from "node:util";
import { at, type Tree } from "../collector/files.ts";
import { containers, initContainers, trees, variable } from "../collector/kubernetes/objects.ts";
import { isTaken, reasonOf, type Api } from "./api.ts";
import { until } from "./control-plane.ts";

const OPTION = "--require /mcp-otelkit/autoinstrumentation.js";
const AGENT = "http://mcp-agent.mcp-observability.svc:4318";
const LABELS = { "mcp-otelkit/preload": "yes", "app.kubernetes.io/name": "crm" };

interface Case {
  readonly what: string;
  readonly pod: Tree;
  /** For each container: NODE_OPTIONS, endpoint, service name. Without it, the pod is to stay as it is. */
  readonly gets?: readonly (readonly (string | undefined)[])[];
}

const app = (more: Tree = {}): Tree => ({ name: "app", image: "registry.example.com/crm:1.0.0", ...more });

const CASES: readonly Case[] = [
  { what: "a pod without the label", pod: pod({}, [app()]) },
  { what: "one container", pod: pod(LABELS, [app()]), gets: [[OPTION, AGENT, "crm"]] },
  {
    what: "no label with a name",
    pod: pod({ "mcp-otelkit/preload": "yes" }, [app()]),
    gets: [[OPTION, AGENT, undefined]],
  },
  {
    what: "two containers, volumes and an init container",
    pod: pod(
      LABELS,
      [app({ volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] }), { name: "cache", image: "a" }],
      {
        initContainers: [{ name: "migrate", image: "a" }],
        volumes: [{ name: "scratch", emptyDir: {} }],
      },
    ),
    gets: [
      [OPTION, AGENT, "crm"],
      [OPTION, AGENT, "crm"],
    ],
  },
  {
    what: "NODE_OPTIONS of its own",
    pod: pod(LABELS, [app({ env: [{ name: "NODE_OPTIONS", value: "--max-old-space-size=200" }] })]),
    gets: [[`--max-old-space-size=200 ${OPTION}`, AGENT, "crm"]],
  },
  {
    what: "an endpoint and a name of its own",
    pod: pod(LABELS, [
      app({
        env: [
          { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://elsewhere:4318" },
          { name: "OTEL_SERVICE_NAME", value: "mine" },
        ],
      }),
    ]),
    gets: [[OPTION, "http://elsewhere:4318", "mine"]],
  },
  {
    what: "NODE_OPTIONS from a ConfigMap",
    pod: pod(LABELS, [
      app({
        env: [{ name: "NODE_OPTIONS", valueFrom: { configMapKeyRef: { name: "options", key: "node" } } }],
      }),
    ]),
    gets: [["from undefined", AGENT, "crm"]],
  },
];

function pod(labels: Tree, has: readonly Tree[], spec: Tree = {}): Tree {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "crm", namespace: "tools", labels },
    spec: { ...spec, containers: has },
  };
}

/** What is not as it must be, for each case. The policy is there already. */
export async function tryPolicy(
  api: Api,
): Promise<readonly { readonly what: string; readonly faults: readonly string[] }[]> {
  const [, first] = CASES;
  // The server compiles a policy a moment after it takes it.
  await until("the policy to act", async () => {
    const { body } = await api.wouldCreate(first?.pod ?? {});
    return initContainers(at(body, "spec")).length > 0;
  });
  const tried = [];
  for (const one of CASES) {
    const answer = await api.wouldCreate(one.pod);
    tried.push({
      what: one.what,
      faults: isTaken(answer) ? faultsOf(one, at(answer.body, "spec")) : [reasonOf(answer)],
    });
  }
  return tried;
}

function faultsOf({ pod: given, gets }: Case, spec: Tree): string[] {
  const before = at(given, "spec");
  const copies = initContainers(spec).filter(({ name }) => name === "mcp-otelkit");
  const found = containers(spec).map((one) =>
    ["NODE_OPTIONS", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SERVICE_NAME"].map((name) => variable(one, name)),
  );
  if (gets === undefined) return copies.length === 0 ? [] : ["it was changed"];

  const faults: string[] = [];
  const check = (what: string, actual: unknown, expected: unknown): void => {
    if (!isDeepStrictEqual(actual, expected))
      faults.push(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  };
  check("environment", found, gets);
  check("init containers", namesOf(spec, "initContainers"), [
    ...namesOf(before, "initContainers"),
    "mcp-otelkit",
  ]);
  check("copies by", copies[0]?.["command"], ["cp", "-r", "/autoinstrumentation/.", "/mcp-otelkit"]);
  for (const name of [...namesOf(before, "volumes"), "mcp-otelkit"])
    if (!namesOf(spec, "volumes").includes(name)) faults.push(`no volume ${name}`);
  for (const [index, one] of containers(spec).entries()) {
    const own = trees(containers(before)[index]?.["volumeMounts"]).map(({ mountPath }) => mountPath);
    const paths = trees(one["volumeMounts"]).map(({ mountPath }) => String(mountPath));
    for (const path of [...own, "/mcp-otelkit"])
      if (!paths.includes(String(path))) faults.push(`nothing mounted at ${String(path)}`);
  }
  return faults;
}

const namesOf = (spec: Tree, list: string): string[] => trees(spec[list]).map(({ name }) => String(name));
