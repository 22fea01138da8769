// The names in a PromQL query, found by Prometheus's own grammar.
import { parser } from "@prometheus-io/lezer-promql";

type Node = ReturnType<typeof parser.parse>["topNode"];

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

export interface Grouping {
  readonly labels: readonly string[];
  /** What is aggregated or matched. */
  readonly metrics: readonly string[];
}

export interface Call {
  readonly function: string;
  readonly metrics: readonly string[];
}

export interface Query {
  /** Where the grammar has no word for it. */
  readonly errors: readonly string[];
  readonly selectors: readonly Selector[];
  readonly groupings: readonly Grouping[];
  /** Functions of a range: rate, increase, *_over_time. */
  readonly calls: readonly Call[];
}

/** PromQL has no Grafana variables: each is replaced by a value of the same kind. */
export function withoutVariables(expr: string): string {
  return expr
    .replaceAll(/\[\$\w+(:[^\]]*)?\]/g, (range) => range.replace(/\$\w+/, "5m"))
    .replaceAll(/"[^"]*"/g, (quoted) => quoted.replaceAll(/\$(\w+)/g, "$1"))
    .replaceAll(/\$\w+/g, "10");
}

export function readQuery(expr: string): Query {
  const text = withoutVariables(expr);
  const textOf = (node: Node): string => text.slice(node.from, node.to);
  const metricsBelow = (node: Node): string[] =>
    below(node, "VectorSelector").map((selector) => textOf(selector.getChild("Identifier") ?? selector));
  const labelsOf = (node: Node): string[] => below(node, "LabelName").map(textOf);
  const root = parser.parse(text).topNode;

  return {
    errors: below(root, "⚠").map((node) => text.slice(Math.max(0, node.from - 20), node.to + 20)),
    selectors: below(root, "VectorSelector").map((node) => ({
      metric: textOf(node.getChild("Identifier") ?? node),
      matchers: below(node, "UnquotedLabelMatcher").map((matcher) => ({
        label: textOf(matcher.getChild("LabelName") ?? matcher),
        operator: textOf(matcher.getChild("MatchOp") ?? matcher),
        value: textOf(matcher.getChild("StringLiteral") ?? matcher).slice(1, -1),
      })),
    })),
    groupings: [...below(root, "AggregateExpr"), ...below(root, "BinaryExpr")].map((node) => {
      const modifier = node.getChild("AggregateModifier") ?? node.getChild("MatchingModifierClause");
      return { labels: modifier === null ? [] : labelsOf(modifier), metrics: metricsBelow(node) };
    }),
    calls: below(root, "FunctionCall")
      .filter((node) => below(node, "MatrixSelector").length > 0)
      .map((node) => ({
        function: textOf(node.getChild("FunctionIdentifier") ?? node),
        metrics: metricsBelow(node),
      }))
      .filter((call) => !call.function.startsWith("histogram_")),
  };
}

function below(node: Node, name: string): Node[] {
  const found: Node[] = [];
  node.cursor().iterate((at) => {
    if (at.name === name) found.push(at.node);
  });
  return found;
}
