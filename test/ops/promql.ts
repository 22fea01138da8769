// Queries as trees, without the programs that run them: which series they name, and by which labels.
import { parser as logql } from "@grafana/lezer-logql";
import { parser as promql } from "@prometheus-io/lezer-promql";

export interface Named {
  readonly metric: string;
  /** The matchers in the selector's braces. */
  readonly labels: readonly string[];
}

export interface Query {
  readonly selectors: readonly Named[];
  /** Every label: of selectors, `by`, `on`, `group_left`; those that `label_replace` makes are in `made`. */
  readonly labels: readonly string[];
  readonly made: readonly string[];
  readonly error?: string;
}

const LABELS = new Set(["LabelName", "QuotedLabelName"]);

export function readPromql(text: string): Query {
  const selectors: { metric: string; labels: string[] }[] = [];
  const labels = new Set<string>();
  const made = new Set<string>();
  let error: string | undefined;
  promql.parse(text).iterate({
    enter(node) {
      const written = text.slice(node.from, node.to);
      if (node.type.isError) error ??= `at ${node.from}: ${text.slice(node.from, node.from + 30)}`;
      else if (node.name === "VectorSelector") selectors.push({ metric: "", labels: [] });
      else if (node.name === "Identifier") set(selectors, "metric", written);
      else if (LABELS.has(node.name)) {
        labels.add(written);
        if (node.node.parent?.name.endsWith("LabelMatcher") === true) selectors.at(-1)?.labels.push(written);
      } else if (node.name === "FunctionCall" && written.startsWith("label_replace"))
        for (const [, label = ""] of written.matchAll(/"(\w+)"(?=,\s*"[^"]*",\s*"[^"]*",\s*"[^"]*"\))/g))
          made.add(label);
    },
  });
  return { selectors, labels: [...labels], made: [...made], ...(error !== undefined && { error }) };
}

function set(selectors: { metric: string }[], key: "metric", value: string): void {
  const last = selectors.at(-1);
  if (last !== undefined) last[key] = value;
}

/** The fault in a LogQL query, or undefined. */
export function faultOfLogql(text: string): string | undefined {
  let fault: string | undefined;
  logql.parse(text).iterate({
    enter(node) {
      if (node.type.isError) fault ??= `at ${node.from}: ${text.slice(node.from, node.from + 30)}`;
    },
  });
  return fault;
}
