// A row for each combination of labels, a column for each query: Grafana's transformations `merge` and `organize`.
import { thresholdColour } from "./colours.mjs";
import { element } from "./element.mjs";
import { formatOf } from "./units.mjs";

export function table(box, { panel, answers }) {
  const renamed = panel.transformations.find(({ id }) => id === "organize").options.renameByName;
  const labels = Object.keys(renamed).filter((key) => !key.startsWith("Value"));
  const [{ displayName }] = panel.options.sortBy;
  const sortBy = Object.keys(renamed).find((key) => renamed[key] === displayName);
  const heads = Object.entries(renamed).map(([key, head]) =>
    element("th", { className: labels.includes(key) ? "label" : "" }, head),
  );
  const body = element("table", {}, element("tr", {}, ...heads));
  for (const row of merged(answers, labels).toSorted((a, b) => (b[sortBy] ?? -1) - (a[sortBy] ?? -1)))
    body.append(
      element("tr", {}, ...Object.entries(renamed).map(([key, head]) => cell(panel, head, row[key]))),
    );
  box.append(element("div", { className: "rows" }, body));
}

function merged(answers, labels) {
  const rows = new Map();
  for (const { refId, series } of answers)
    for (const { labels: of, points } of series) {
      const named = Object.fromEntries(labels.map((label) => [label, of[label] ?? ""]));
      const key = Object.values(named).join("\u0000");
      const column = answers.length === 1 ? "Value" : `Value #${refId}`;
      rows.set(key, { ...named, ...rows.get(key), [column]: points[0]?.[1] });
    }
  return [...rows.values()];
}

function cell({ fieldConfig: { defaults, overrides } }, head, value) {
  const properties = overrides
    .filter(({ matcher }) => matcher.options === head)
    .flatMap((one) => one.properties);
  const set = (id) => properties.find((one) => one.id === id)?.value;
  if (typeof value === "string")
    return element("td", { className: set("links") ? "label link" : "label" }, value);
  if (value === undefined) return element("td");
  const made = element(
    "td",
    {},
    formatOf(set("unit") ?? defaults.unit, set("decimals") ?? defaults.decimals)(value),
  );
  if (set("thresholds") !== undefined) made.style.color = thresholdColour(set("thresholds").steps, value);
  return made;
}
