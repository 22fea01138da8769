// Lines over time with a table of them below.
import { colourOf, named } from "./colours.mjs";
import { element } from "./element.mjs";
import { formatOf, ticksOf } from "./units.mjs";

const GREY = "#8e8ea0";
const GRID = { stroke: "#24262c", width: 1 };
const FONT = "11px DejaVu Sans";

export function timeSeries(box, { panel, answers }, times) {
  const { unit, decimals, custom, thresholds } = panel.fieldConfig.defaults;
  const format = formatOf(unit, decimals);
  const lines = answers
    .flatMap(({ series }) => series)
    .map((line, index) => ({
      ...line,
      colour: colourOf(panel, line.legend, index),
      limit: isLimit(panel, line.legend),
    }));
  const chart = element("div", { className: "chart" });
  const legend = element("div", { className: "legend" }, legendOf(lines, format));
  box.append(chart, legend);
  // Grafana gives a legend below the chart 35 % of the panel, and the rest scrolls.
  legend.style.maxHeight = `${box.clientHeight * 0.35}px`;

  const stacked = custom.stacking?.mode === "normal";
  const { at, columns } = alignedColumns(lines, stacked);
  const numbers = columns.flat().filter((value) => value !== null);
  const top = Math.max(Math.max(0, ...numbers) * 1.05, custom.axisSoftMax ?? 0) || 1;
  const drawn = lines.map((line, index) => ({ line, values: columns[index] }));
  if (stacked) drawn.reverse(); // the highest first, so that the others are in front
  const axis = { stroke: GREY, grid: GRID, font: FONT };
  const plot = new globalThis.uPlot(
    {
      width: chart.clientWidth,
      height: chart.clientHeight,
      cursor: { show: false },
      scales: { x: { range: [times.from, times.to] }, y: { range: [Math.min(0, ...numbers), top] } },
      axes: [
        { ...axis, size: 28, space: 90, values: (_, ticks) => ticks.map(clock) },
        { ...axis, size: 78, ...ticksOf(unit, decimals), values: (_, ticks) => ticks.map(format) },
      ],
      series: [{}, ...drawn.map(({ line }) => styleOf(line, stacked))],
      hooks: {
        draw: [
          (self) => {
            for (const { value, color } of thresholds.steps)
              if (value !== null && value <= top && custom.thresholdsStyle !== undefined)
                dashed(self, value, named(color));
            for (const [second, value] of answers.flatMap(({ exemplars }) => exemplars))
              if (value <= top && second <= times.to) diamond(self, second, value);
          },
        ],
      },
    },
    [at, ...drawn.map(({ values }) => values)],
  );
  chart.append(plot.root);
}

/** The same seconds for all lines, and in a stack each on top of those before. */
function alignedColumns(lines, stacked) {
  const seconds = new Set(lines.flatMap(({ points }) => points.map(([second]) => second)));
  const at = [...seconds].toSorted((a, b) => a - b);
  const below = at.map(() => 0);
  const columns = lines.map(({ points }) => {
    const values = new Map(points);
    return at.map((second, index) =>
      stacked ? (below[index] += values.get(second) ?? 0) : (values.get(second) ?? null),
    );
  });
  return { at, columns };
}

function styleOf({ colour, limit, points }, stacked) {
  const filling = limit ? { dash: [10, 10] } : { fill: `${colour}${stacked ? "66" : "14"}` };
  return { stroke: colour, width: 1, points: { show: points.length < 3 }, ...filling };
}

function legendOf(lines, format) {
  const cells = (kind, ...texts) => texts.map((text) => element(kind, {}, text));
  const table = element("table", {}, element("tr", {}, ...cells("th", "Name", "Last *", "Mean", "Max")));
  const rows = lines.map(({ legend, colour, points }) => {
    const numbers = points.map(([, value]) => value);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    return { legend, colour, calcs: [numbers.at(-1), mean, Math.max(...numbers)] };
  });
  for (const { legend, colour, calcs } of rows.toSorted((a, b) => b.calcs[2] - a.calcs[2])) {
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = colour;
    table.append(element("tr", {}, element("td", {}, swatch, legend), ...cells("td", ...calcs.map(format))));
  }
  return table;
}

function isLimit({ fieldConfig: { overrides } }, legend) {
  return overrides.some(
    ({ matcher, properties }) =>
      properties.some(({ id }) => id === "custom.lineStyle") &&
      new RegExp(matcher.options.slice(1, -1)).test(legend),
  );
}

function clock(second) {
  return new Date(second * 1000).toISOString().slice(11, 19);
}

function dashed(plot, value, colour) {
  const y = plot.valToPos(value, "y", true);
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([8, 6]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

function diamond(plot, second, value) {
  const [x, y] = [plot.valToPos(second, "x", true), plot.valToPos(value, "y", true)];
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = "#6e9fff";
  ctx.translate(x, y);
  ctx.rotate(Math.PI / 4);
  ctx.fillRect(-3, -3, 6, 6);
  ctx.restore();
}
