// The pods that a cluster's controllers would make: they are what the standards of a namespace, priorities and service accounts are checked on.
import { at, type Tree } from "../collector/files.ts";
import { trees, type Workload } from "../collector/kubernetes/objects.ts";

export function podOf({ name, namespace, object }: Workload): Tree {
  const template = at(object, "spec", "template");
  const claims = trees(at(object, "spec")["volumeClaimTemplates"]).map((claim) => {
    const claimed = at(claim, "metadata")["name"];
    return { name: claimed, persistentVolumeClaim: { claimName: `${String(claimed)}-${name}-0` } };
  });
  const spec = at(template, "spec");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...at(template, "metadata"), name, namespace },
    spec: claims.length === 0 ? spec : { ...spec, volumes: [...trees(spec["volumes"]), ...claims] },
  };
}

/** The same pod with containers that may gain rights: valid, and more than the restricted standard allows. */
export function escalating(pod: Tree): Tree {
  const spec = at(pod, "spec");
  const containers = trees(spec["containers"]).map((one) => ({
    ...one,
    securityContext: { ...at(one, "securityContext"), allowPrivilegeEscalation: true },
  }));
  return { ...pod, spec: { ...spec, containers } };
}
