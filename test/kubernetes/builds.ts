// The API server and its store, from one pinned module: Kubernetes names the etcd that it is released with.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folderOf, type Build } from "../stack/pins.ts";

export type KubernetesProgram = "etcd" | "kube-apiserver";

const MODULE = "kubernetes";

/** `v1.2.3`, of a line in the module's go.mod. */
export function pinnedVersion(module: "k8s.io/kubernetes" | "go.etcd.io/etcd/server/v3"): string {
  const text = readFileSync(join(folderOf({ module: MODULE }), "go.mod"), "utf8");
  const [, version = ""] = new RegExp(`^\\s*${module} (v\\S+)`, "m").exec(text) ?? [];
  return version;
}

/** Two builds, since a build of both would name etcd after its module: `server`. Go compiles what they share once. */
export const KUBERNETES_BUILDS: readonly Build<KubernetesProgram>[] = [
  {
    module: MODULE,
    programs: ["kube-apiserver"],
    command: (into) => {
      // Its version is in no source file: the release's scripts give it to the linker, and so does this.
      const version = `-X k8s.io/component-base/version.gitVersion=${pinnedVersion("k8s.io/kubernetes")}`;
      return goBuild(
        `-s -w ${version}`,
        join(into, "kube-apiserver"),
        "k8s.io/kubernetes/cmd/kube-apiserver",
      );
    },
  },
  {
    module: MODULE,
    programs: ["etcd"],
    command: (into) => goBuild("-s -w", join(into, "etcd"), "go.etcd.io/etcd/server/v3"),
  },
];

/** Without optimisations and without what a debugger reads, which costs the compiler a third of its time: the programs serve one proof. */
const goBuild = (ldflags: string, program: string, from: string) => ({
  args: ["build", "-trimpath", "-gcflags=all=-N -l -dwarf=false", `-ldflags=${ldflags}`, "-o", program, from],
});
