/** Checklist lines about a Deployment, as the API server reports it. */
import { listOf, object, text, type Evidence, type Json, type Verdict } from "./evidence.ts";

/** The last export: README, "How a process ends". */
const LAST_EXPORT_MS = 2000;
const SECRET = /(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL|PRIVATE_?KEY)/i;

const podOf = (deployment: Json): Json => object(object(object(deployment["spec"])["template"])["spec"]);
const containersOf = (deployment: Json): Json[] => listOf(podOf(deployment)["containers"]);

/** The variables with a literal value, of all containers. */
export function environment({ deployment }: Evidence): Record<string, string> | undefined {
  if (!deployment) return undefined;
  const variables = containersOf(deployment).flatMap((one) => listOf(one["env"]));
  return Object.fromEntries(variables.map(({ name, value }) => [text(name), text(value)]));
}

export function probed({ deployment }: Evidence): Verdict {
  if (!deployment) return undefined;
  const paths = ["livenessProbe", "readinessProbe"].map((probe) =>
    containersOf(deployment)
      .map((one) => object(one[probe]))
      .filter((one) => Object.keys(one).length > 0)
      .map((one) => text(object(one["httpGet"])["path"]) || "no path"),
  );
  const [live = [], ready = []] = paths;
  const shown = (path: readonly string[]): string => path.join(", ") || "none";
  return {
    ok: live.length > 0 && ready.length > 0,
    saw: `liveness: ${shown(live)}, readiness: ${shown(ready)}`,
  };
}

export function timeToStop(evidence: Evidence): Verdict {
  const { deployment } = evidence;
  if (!deployment) return undefined;
  const drain = Number(environment(evidence)?.["OTEL_INSTRUMENTATION_MCP_DRAIN_MS"] ?? 0);
  const pauses = containersOf(deployment).map((one) => {
    const stop = object(object(one["lifecycle"])["preStop"]);
    return Number(object(stop["sleep"])["seconds"] ?? 0) * 1000;
  });
  const grace = Number(podOf(deployment)["terminationGracePeriodSeconds"] ?? 30) * 1000;
  const needed = Math.max(0, ...pauses) + drain + LAST_EXPORT_MS;
  return {
    ok: drain > 0 && needed < grace,
    saw:
      drain > 0 ? `needs ${needed / 1000} s, has ${grace / 1000} s` : "no OTEL_INSTRUMENTATION_MCP_DRAIN_MS",
  };
}

export function limited({ deployment }: Evidence): Verdict {
  if (!deployment) return undefined;
  const without = containersOf(deployment).filter((one) => {
    const limits = object(object(one["resources"])["limits"]);
    return !("cpu" in limits && "memory" in limits);
  });
  const named = without.map(({ name }) => text(name)).join(", ");
  return {
    ok: without.length === 0,
    saw: without.length === 0 ? "each container has both" : `not on ${named}`,
  };
}

export function scaled({ deployment, autoscalers }: Evidence): Verdict {
  if (!deployment || !autoscalers) return undefined;
  const { name } = object(deployment["metadata"]);
  const own = autoscalers.find((one) => {
    const target = object(object(one["spec"])["scaleTargetRef"]);
    return target["kind"] === "Deployment" && target["name"] === name;
  });
  const { minReplicas, maxReplicas } = object(own?.["spec"]);
  return {
    ok: own !== undefined,
    saw: own ? `${Number(minReplicas ?? 1)} to ${Number(maxReplicas)} pods` : "no autoscaler for it",
  };
}

export function hardcoded({ deployment }: Evidence): Verdict {
  if (!deployment) return undefined;
  const suspects = containersOf(deployment)
    .flatMap((one) => listOf(one["env"]))
    // OTEL_EXPORTER_OTLP_HEADERS is where a bearer token for the Collector goes.
    .filter(({ name }) => SECRET.test(text(name)) || text(name).endsWith("_HEADERS"));
  const literal = suspects.filter(({ value }) => text(value) !== "").map(({ name }) => text(name));
  return {
    ok: literal.length === 0,
    saw:
      literal.length === 0
        ? `${suspects.length} from Secrets, none written out`
        : `written out: ${literal.join(", ")}`,
  };
}
