// Runs in the browser: draws globalThis.DATA. Kinds of panel, units, colours and legends are Grafana's as near as needed to judge them by eye.
const { dashboard, answered, shown, times } = globalThis.DATA;
const uPlot = globalThis.uPlot;
const COLUMN = (innerWidth - 16) / 24;
const ROW = 38;

/** Grafana's classic palette. */
const PALETTE =
  "#7EB26D #EAB839 #6ED0E0 #EF843C #E24D42 #1F78C1 #BA43A9 #705DA0 #508642 #CCA300 #447EBC #C15C17 #890F02 #0A437C #6D1F62 #584477 #B7DBAB #F4D598 #70DBED #F9BA8F #F29191 #82B5D8 #E5A8E2 #AEA2E0".split(
    " ",
  );
const COLOURS = { green: "#73BF69", yellow: "#FADE2A", red: "#F2495C" };
const LEVELS = { ERROR: COLOURS.red, WARN: COLOURS.yellow, INFO: COLOURS.green };

const scaled = (steps, digits) => (value) => {
  const [factor, word] = steps.findLast(([from]) => Math.abs(value) >= from) ?? steps[0];
  return `${round(value / factor, digits)}${word}`;
};
const SECONDS = [
  [1e-9, " ns"],
  [1e-6, " µs"],
  [1e-3, " ms"],
  [1, " s"],
  [60, " min"],
  [3600, " hour"],
  [86_400, " day"],
];
const THOUSANDS = [
  [1, ""],
  [1e3, " K"],
  [1e6, " Mil"],
];
const amount = scaled(THOUSANDS, 3);
const UNITS = {
  short: amount,
  none: amount,
  s: (value) => (value === 0 ? "0 s" : scaled(SECONDS, 3)(value)),
  bytes: scaled(
    [
      [1, " B"],
      [1024, " KiB"],
      [1024 ** 2, " MiB"],
      [1024 ** 3, " GiB"],
    ],
    3,
  ),
  Bps: scaled(
    [
      [1, " B/s"],
      [1e3, " kB/s"],
      [1e6, " MB/s"],
    ],
    3,
  ),
  percent: (value) => `${round(value, 3)}%`,
  percentunit: (value) => `${round(value * 100, 3)}%`,
  reqps: (value) => `${amount(value)} req/s`,
  cps: (value) => `${amount(value)} c/s`,
  cpm: (value) => `${amount(value)} c/m`,
  dtdurations: (value) =>
    scaled(
      [
        [1, " seconds"],
        [60, " minutes"],
        [3600, " hours"],
        [86_400, " days"],
      ],
      2,
    )(value),
};

/** To so many significant digits, as Grafana does without `decimals`. */
function round(value, digits) {
  return String(Number(value.toPrecision(digits)));
}

function formatOf({ fieldConfig: { defaults } }, unit = defaults.unit) {
  if (defaults.decimals === undefined) return UNITS[unit];
  const factor = unit === "percentunit" ? 100 : 1;
  const word = { percentunit: "%", reqps: " req/s" }[unit] ?? "";
  return (value) => `${(value * factor).toFixed(defaults.decimals)}${word}`;
}

function colourOf(name) {
  let hash = 5381;
  for (const letter of name) hash = ((hash << 5) + hash + letter.codePointAt(0)) | 0;
  return PALETTE[Math.abs(hash) % PALETTE.length];
}

function thresholdColour(steps, value) {
  const step = steps.findLast((one) => one.value === null || value >= one.value);
  return COLOURS[step?.color] ?? COLOURS.green;
}

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const DRAW = { timeseries, heatmap, table, stat, gauge, logs };

function timeseries(box, { panel, answers }) {
  const lines = answers.flatMap(({ series }) => series);
  const at = [...new Set(lines.flatMap(({ points }) => points.map(([second]) => second)))].toSorted(
    (a, b) => a - b,
  );
  const stacked = panel.fieldConfig.defaults.custom.stacking?.mode === "normal";
  const below = at.map(() => 0);
  const data = lines.map(({ points }) => {
    const values = new Map(points);
    return at.map((second, index) => {
      const value = values.get(second);
      if (!stacked) return value ?? null;
      return (below[index] += value ?? 0);
    });
  });
  const format = formatOf(panel);
  const rows = lines.map(({ legend, points }) => {
    const numbers = points.map(([, value]) => value);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    return { legend, last: numbers.at(-1), mean, max: Math.max(...numbers) };
  });
  const shownRows = rows.toSorted((a, b) => b.max - a.max);
  const legend = element("div", { className: "legend" });
  const names = element("table");
  names.append(rowOf("th", "Name", "Last *", "Mean", "Max"));
  for (const one of shownRows) {
    const name = element("td", { title: one.legend }, element("span", { className: "swatch" }), one.legend);
    name.firstChild.style.background = limitOf(panel, one.legend) ? COLOURS.red : colourOf(one.legend);
    names.append(
      element(
        "tr",
        {},
        name,
        ...[one.last, one.mean, one.max].map((value) => element("td", {}, format(value))),
      ),
    );
  }
  legend.append(names);
  const chart = element("div", { className: "chart" });
  box.append(chart, legend);
  // Grafana gives a legend below the chart 35 % of the panel, and the rest scrolls.
  legend.style.maxHeight = `${box.clientHeight * 0.35}px`;

  const limits = panel.fieldConfig.defaults.thresholds.steps.filter(({ value }) => value !== null);
  const highest = Math.max(0, ...data.flat().filter((value) => value !== null));
  const top = Math.max(highest * 1.05, panel.fieldConfig.defaults.custom.axisSoftMax ?? 0) || 1;
  const lowest = Math.min(0, ...data.flat().filter((value) => value !== null));
  const drawn = lines.map((line, index) => ({ line, values: data[index] }));
  if (stacked) drawn.reverse(); // the highest first, so that the others are in front
  new uPlot(
    {
      width: chart.clientWidth,
      height: chart.clientHeight,
      cursor: { show: false },
      scales: { x: { time: true, range: [times.from, times.to] }, y: { range: [lowest, top] } },
      axes: [
        { stroke: "#8e8ea0", grid: { stroke: "#24262c", width: 1 }, size: 28, font: "11px DejaVu Sans" },
        {
          stroke: "#8e8ea0",
          grid: { stroke: "#24262c", width: 1 },
          size: 78,
          font: "11px DejaVu Sans",
          values: (_, ticks) => ticks.map(formatOf(panel)),
        },
      ],
      series: [
        {},
        ...drawn.map(({ line }) => {
          const limit = limitOf(panel, line.legend);
          const colour = limit ? COLOURS.red : colourOf(line.legend);
          return {
            stroke: colour,
            width: 1,
            ...(limit ? { dash: [10, 10] } : { fill: `${colour}${stacked ? "66" : "14"}` }),
            points: { show: line.points.length < 3 },
          };
        }),
      ],
      hooks: {
        draw: [
          (plot) => {
            for (const { value, color } of limits) if (value <= top) dashed(plot, value, COLOURS[color]);
            for (const [second, value] of answers.flatMap(({ exemplars }) => exemplars))
              if (value <= top) diamond(plot, second, value);
          },
        ],
      },
    },
    [at, ...drawn.map(({ values }) => values)],
    chart,
  );
}

function limitOf({ fieldConfig: { overrides } }, legend) {
  return overrides.some(
    ({ matcher, properties }) =>
      matcher.id === "byRegexp" &&
      properties.some(({ id }) => id === "custom.lineStyle") &&
      new RegExp(matcher.options.slice(1, -1)).test(legend),
  );
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

function heatmap(box, { panel, answers }) {
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
        : UNITS[panel.fieldConfig.defaults.unit](bound(cumulative[index]));
    ctx.fillText(name, left - 6, y + height / 2 + 4);
  }
}

function table(box, { panel, answers }) {
  const renamed = panel.transformations.find(({ id }) => id === "organize").options.renameByName;
  const labels = Object.keys(renamed).filter((key) => !key.startsWith("Value"));
  const rows = new Map();
  for (const { refId, series } of answers)
    for (const { labels: of, points } of series) {
      const key = labels.map((label) => of[label] ?? "").join("\u0000");
      const column = answers.length === 1 ? "Value" : `Value #${refId}`;
      rows.set(key, {
        ...Object.fromEntries(labels.map((label) => [label, of[label] ?? ""])),
        ...rows.get(key),
        [column]: points[0]?.[1],
      });
    }
  const [{ displayName }] = panel.options.sortBy;
  const sortBy = Object.keys(renamed).find((key) => renamed[key] === displayName);
  const body = element("table");
  body.append(
    element(
      "tr",
      {},
      ...Object.entries(renamed).map(([key, head]) =>
        element("th", { className: labels.includes(key) ? "label" : "" }, head),
      ),
    ),
  );
  for (const row of [...rows.values()].toSorted(
    (a, b) => (b[sortBy] ?? -Infinity) - (a[sortBy] ?? -Infinity),
  )) {
    body.append(
      element(
        "tr",
        {},
        ...Object.entries(renamed).map(([key, head]) => {
          const set = (id) =>
            panel.fieldConfig.overrides
              .find(({ matcher }) => matcher.options === head)
              ?.properties.find((one) => one.id === id)?.value;
          if (labels.includes(key))
            return element("td", { className: set("links") ? "label link" : "label" }, row[key]);
          const value = row[key];
          const cell = element("td", {}, value === undefined ? "" : formatOf(panel, set("unit"))(value));
          if (set("thresholds") && value !== undefined)
            cell.style.color = thresholdColour(set("thresholds").steps, value);
          return cell;
        }),
      ),
    );
  }
  box.append(element("div", { className: "rows" }, body));
}

function stat(box, { panel, answers }) {
  const tiles = element("div", { className: "tiles" });
  const { steps } = panel.fieldConfig.defaults.thresholds;
  for (const { points } of answers.flatMap(({ series }) => series)) {
    const value = element("div", { className: "value" }, formatOf(panel)(points[0][1]));
    value.style.color = thresholdColour(steps, points[0][1]);
    tiles.append(element("div", { className: "tile" }, value));
  }
  box.append(tiles);
}

function gauge(box, { panel, answers }) {
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
    made.innerHTML = `<svg width="${width}" viewBox="0 0 140 84"><path d="${arc(1)}" fill="none" stroke="#2d2f36" stroke-width="14"/>${share > 0 ? `<path d="${arc(share)}" fill="none" stroke="${thresholdColour(panel.fieldConfig.defaults.thresholds.steps, points[0][1])}" stroke-width="14"/>` : ""}<text x="70" y="72" fill="#ccccdc" font-size="26" text-anchor="middle">${formatOf(panel)(points[0][1])}</text></svg>`;
    made.append(element("div", {}, legend));
    gauges.append(made);
  }
  box.append(gauges);
}

function logs(box, { lines }) {
  const list = element("div", { className: "rows" });
  for (const { milliseconds, level, text } of lines) {
    const line = element(
      "div",
      { className: "log" },
      `${new Date(milliseconds).toISOString().slice(11, 23)}  ${level.padEnd(5)}  ${text}`,
    );
    line.style.borderColor = LEVELS[level] ?? "#6e9fff";
    list.append(line);
  }
  box.append(list);
}

function rowOf(kind, ...cells) {
  return element("tr", {}, ...cells.map((cell) => element(kind, {}, cell)));
}

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
  const { x, y, w, h } = row.gridPos;
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
  void x;
  void w;
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
  DRAW[panel.type](box, { ...one, answers });
}
