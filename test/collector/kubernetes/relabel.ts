import { strings, type Tree } from "../files.ts";

/**
 * What Prometheus makes of a discovered target; undefined where it drops it. Rules with the names of prometheus.yml or of a PodMonitor.
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config
 */
export function relabel(
  discovered: Readonly<Record<string, string>>,
  rules: readonly Tree[],
): Record<string, string> | undefined {
  const labels: Record<string, string> = { ...discovered };
  for (const rule of rules) {
    const sources = strings(rule["source_labels"] ?? rule["sourceLabels"]);
    const value = sources.map((name) => labels[name] ?? "").join(text(rule["separator"], ";"));
    const matched = new RegExp(`^(?:${text(rule["regex"], "(.*)")})$`, "s").exec(value);
    const action = text(rule["action"], "replace");
    if (action === "keep" && !matched) return undefined;
    if (action === "drop" && matched) return undefined;
    if (action !== "replace" || !matched) continue;
    const target = text(rule["target_label"] ?? rule["targetLabel"], "");
    const replacement = text(rule["replacement"], "$1");
    const made = replacement.replace(/\$\{?(\d+)\}?/g, (_all, group: string) => matched[Number(group)] ?? "");
    if (made === "") delete labels[target];
    else labels[target] = made;
  }
  return labels;
}

const text = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);
