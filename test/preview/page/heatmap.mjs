// A classic histogram over time: a row for each bucket, the darker the more fell into it.
import { element } from "./element.mjs";
import { formatOf } from "./units.mjs";

export function heatmap(box, { panel, answers }, times) {
  const bound = ({ labels }) => (labels.le === "+Inf" ? Infinity : Number(labels.le));
  const cumulative = answers.flatMap(({ series }) => series).toSorted((a, b) => bound(a) - bound(b));
  const seconds = [...new Set(cumulative.flatMap(({ points }) => points.map(([second]) => second)))].toSorted(
    (a, b) => a - b,
  );
  const counts = cumulative.map(({ points }) => new Map(points));
  const cells = counts.map((count, index) =>
    seconds.map((second) => Math.max(0, (count.get(second) ?? 0) - (counts[index - 1]?.get(second) ?? 0))),
  );
  const most = Math.max(...cells.flat());
  const chart = element("div", { className: "chart" });
  box.append(chart);
  const [left, bottom] = [70, 20];
  const canvas = element("canvas", { width: chart.clientWidth, height: chart.clientHeight });
  chart.append(canvas);
  const ctx = canvas.getContext("2d");
  const width = (canvas.width - left - 10) / (times.to - times.from);
  const height = (canvas.height - bottom - 8) / cells.length;
  const step = seconds.length > 1 ? seconds[1] - seconds[0] : 1;
  ctx.font = "11px DejaVu Sans";
  for (const [index, row] of cells.entries()) {
    const y = canvas.height - bottom - (index + 1) * height;
    for (const [at, count] of row.entries()) {
      if (count === 0) continue;
      ctx.fillStyle = `rgba(255, 152, 48, ${0.15 + 0.85 * Math.sqrt(count / most)})`;
      ctx.fillRect(left + (seconds[at] - times.from) * width, y + 1, step * width - 1, height - 1);
    }
    ctx.fillStyle = "#8e8ea0";
    ctx.textAlign = "right";
    const name =
      bound(cumulative[index]) === Infinity
        ? "+Inf"
        : formatOf(panel.fieldConfig.defaults.unit)(bound(cumulative[index]));
    // Where the rows are lower than the letters, every second name.
    if (height >= 12 || index % 2 === 0) ctx.fillText(name, left - 6, y + height / 2 + 4);
  }
}
