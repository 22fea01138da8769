// Kubernetes objects as `kubectl apply -k` would send them.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { COLLECTOR, at, isTree, type Tree } from "../files.ts";

const execute = promisify(execFile);

export const KUBERNETES = `${COLLECTOR}kubernetes/`;
export const OVERLAYS = ["one-gateway", "scale", "preload", "operator"] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** The version that is built where the machine has neither kubectl nor kustomize. */
const KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5@v5.8.1";

export const CACHE = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "mcp-otelkit",
  "kubernetes",
);

/** How this machine builds a kustomization; why it cannot, where it cannot. */
export async function kustomize(): Promise<((folder: string) => Promise<Tree[]>) | string> {
  const command = await builder();
  if (typeof command === "string") return command;
  return async (folder) => {
    const [program = "", ...words] = command;
    const { stdout } = await execute(program, [...words, folder], { maxBuffer: 64 * 1024 * 1024 });
    return parseAllDocuments(stdout).map((document) => document.toJS() as Tree);
  };
}

async function builder(): Promise<string[] | string> {
  if (onPath("kustomize")) return ["kustomize", "build"];
  if (onPath("kubectl")) return ["kubectl", "kustomize"];
  const built = join(CACHE, "bin", "kustomize");
  if (existsSync(built)) return [built, "build"];
  if (!onPath("go")) return "neither kubectl nor kustomize nor go is on the PATH";
  mkdirSync(join(CACHE, "bin"), { recursive: true });
  const env = { ...process.env, GOBIN: join(CACHE, "bin"), GOFLAGS: "-buildvcs=false", CGO_ENABLED: "0" };
  try {
    await execute("go", ["install", KUSTOMIZE], { env, cwd: CACHE });
  } catch (error) {
    return `kustomize could not be built: ${String(error)}`;
  }
  return [built, "build"];
}

export function onPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}

export interface Named {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly object: Tree;
}

export function named(object: Tree): Named {
  const { name, namespace } = at(object, "metadata");
  return {
    kind: String(object["kind"]),
    name: String(name),
    namespace: typeof namespace === "string" ? namespace : "",
    object,
  };
}

export interface Workload extends Named {
  readonly pod: Tree;
  readonly podLabels: Tree;
}

/** Everything that makes pods, with the pods it makes. */
export function workloads(objects: readonly Tree[]): Workload[] {
  return objects
    .filter(({ kind }) => /^(Deployment|StatefulSet|DaemonSet)$/.test(String(kind)))
    .map((object) => ({
      ...named(object),
      pod: at(object, "spec", "template", "spec"),
      podLabels: at(object, "spec", "template", "metadata", "labels"),
    }));
}

export function trees(value: unknown): Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}

export const containers = (pod: Tree): Tree[] => trees(pod["containers"]);
export const initContainers = (pod: Tree): Tree[] => trees(pod["initContainers"]);

/** The literal value of a variable; `from` the name of a field where it comes from one. */
export function variable(container: Tree, name: string): string | undefined {
  const found = trees(container["env"]).find((one) => one["name"] === name);
  if (!found) return undefined;
  return "value" in found
    ? String(found["value"])
    : `from ${String(at(found, "valueFrom", "fieldRef")["fieldPath"])}`;
}
