// Panels of single values, and of log lines.
import { named, thresholdColour } from "./colours.mjs";
import { element } from "./element.mjs";
import { formatOf } from "./units.mjs";

const LEVELS = { ERROR: "red", WARN: "yellow", INFO: "green" };

export function stat(box, { panel, answers }) {
  const { unit, decimals } = panel.fieldConfig.defaults;
  const format = formatOf(unit, decimals);
  const tiles = element("div", { className: "tiles" });
  const { steps } = panel.fieldConfig.defaults.thresholds;
  for (const { points } of answers.flatMap(({ series }) => series)) {
    const value = element("div", { className: "value" }, format(points[0][1]));
    value.style.color = thresholdColour(steps, points[0][1]);
    tiles.append(element("div", { className: "tile" }, value));
  }
  box.append(tiles);
}

export function gauge(box, { panel, answers }) {
  const { unit, decimals } = panel.fieldConfig.defaults;
  const format = formatOf(unit, decimals);
  const gauges = element("div", { className: "gauges" });
  const series = answers.flatMap((answer) => answer.series);
  const max = panel.fieldConfig.defaults.max ?? Math.max(1, ...series.map(({ points }) => points[0][1]));
  const width = Math.min(150, box.clientWidth / Math.max(1, series.length) - 8);
  for (const { legend, points } of series) {
    const share = Math.min(1, points[0][1] / max);
    const arc = (to) => {
      const angle = Math.PI * (1 - to);
      return `M 8 70 A 62 62 0 0 1 ${70 + 62 * Math.cos(angle)} ${70 - 62 * Math.sin(angle)}`;
    };
    const made = element("div", { className: "gauge" });
    made.innerHTML = `<svg width="${width}" viewBox="0 0 140 84"><path d="${arc(1)}" fill="none" stroke="#2d2f36" stroke-width="14"/>${share > 0 ? `<path d="${arc(share)}" fill="none" stroke="${thresholdColour(panel.fieldConfig.defaults.thresholds.steps, points[0][1])}" stroke-width="14"/>` : ""}<text x="70" y="72" fill="#ccccdc" font-size="26" text-anchor="middle">${format(points[0][1])}</text></svg>`;
    made.append(element("div", {}, legend));
    gauges.append(made);
  }
  box.append(gauges);
}

export function logs(box, { lines }) {
  const list = element("div", { className: "rows" });
  for (const { milliseconds, level, text } of lines) {
    const line = element(
      "div",
      { className: "log" },
      `${new Date(milliseconds).toISOString().slice(11, 23)}  ${level.padEnd(5)}  ${text}`,
    );
    line.style.borderColor = named(LEVELS[level]) ?? "#6e9fff";
    list.append(line);
  }
  box.append(list);
}
