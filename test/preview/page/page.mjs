// Runs in the browser and draws what painter.ts gives it. Kinds of panel, units, colours and legends are Grafana's as near as needed to
// judge a dashboard by eye.
import { element } from "./element.mjs";
import { heatmap } from "./heatmap.mjs";
import { table } from "./table.mjs";
import { timeSeries } from "./time-series.mjs";
import { gauge, logs, stat } from "./values.mjs";

const { dashboard, answered, shown, times } = await (await fetch("data.json")).json();
const DRAW = { timeseries: timeSeries, heatmap, table, stat, gauge, logs };
const COLUMN = (innerWidth - 16) / 24;
const ROW = 38;

const header = element(
  "header",
  {},
  element("h1", {}, dashboard.title),
  element(
    "div",
    { className: "not-grafana" },
    "Preview by mcp-otelkit (npm run dashboards:preview): real queries, real Prometheus, drawn with uPlot. Not Grafana's own rendering.",
  ),
  element(
    "div",
    { className: "variables" },
    ...shown.map(([label, value]) => element("span", {}, element("b", {}, label), value)),
  ),
);
const main = element("main");
document.body.append(header, main);

let bottom = 0;
let open = 0; // what closed rows take when they are opened here
for (const row of dashboard.panels) {
  const { y, h } = row.gridPos;
  const top = (y + open) * ROW;
  bottom = Math.max(bottom, top + h * ROW);
  if (row.type === "row") {
    const head = element("h2", {}, row.collapsed ? `${row.title} (closed at first)` : row.title);
    head.style.top = `${top}px`;
    main.append(head);
    for (const panel of row.panels ?? []) place(panel, open * ROW);
    open += Math.max(0, ...(row.panels ?? []).map((panel) => panel.gridPos.y + panel.gridPos.h - y - 1));
    bottom = Math.max(bottom, (y + 1 + open) * ROW);
  } else place(row, open * ROW);
}
main.style.height = `${bottom + 12}px`;
document.body.dataset.drawn = "yes";

function place(panel, lower) {
  const { x, y, w, h } = panel.gridPos;
  const box = element("section", {}, element("h3", {}, panel.title));
  Object.assign(box.style, {
    left: `${8 + x * COLUMN + 4}px`,
    top: `${y * ROW + lower}px`,
    width: `${w * COLUMN - 8}px`,
    height: `${h * ROW - 8}px`,
  });
  main.append(box);
  const one = answered.find(({ panel: { id } }) => id === panel.id);
  const isEmpty =
    one.lines.length === 0 &&
    one.answers.every(({ series }) => series.every(({ points }) => points.length === 0));
  if (isEmpty) {
    const text = one.silent ?? panel.fieldConfig.defaults.noValue;
    box.append(element("div", { className: "nothing" }, text));
    return;
  }
  const answers = one.answers.map((answer) => ({
    ...answer,
    series: answer.series.filter(({ points }) => points.length > 0),
  }));
  DRAW[panel.type](box, { ...one, answers }, times);
}
