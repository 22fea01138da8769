// `npm run dashboards:preview`: every panel's queries run against a real Prometheus (and Loki, where it is built) that real traffic fills,
// and drawn to a picture for each dashboard by headless Chromium. Not Grafana's own rendering, and each picture says so.
//   npm run dashboards:preview -- --seconds 120 --only mcp-overview --out .cache/preview
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { dashboards } from "../collector/dashboards.ts";
import { pause } from "../stack/service.ts";
import { ask, hasData, labelValues } from "./answers.ts";
import { startBackEnds } from "./back-ends.ts";
import { startCrowd } from "./crowd.ts";
import { expectedEmpty } from "./expected-empty.ts";
import { openPainter } from "./painter.ts";
import { startTraffic } from "./traffic.ts";
import { fillerFor } from "./variables.ts";

const { values: options } = parseArgs({
  options: {
    /** How long the traffic lasts. */
    seconds: { type: "string", default: "240" },
    /** The uid of one dashboard. */
    only: { type: "string" },
    /** Where the pictures go. */
    out: { type: "string", default: ".cache/preview" },
    /** Also draws the README's pictures, into docs/images. */
    readme: { type: "boolean", default: false },
    /** Another Prometheus than the built one. It is not sent anything, it only scrapes. */
    prometheus: { type: "string" },
    /** Fifty invented servers and two hundred tools in the place of real traffic. */
    crowd: { type: "boolean", default: false },
    /** Values for variables: tool=search,server=shop-eu */
    set: { type: "string", default: "" },
  },
});
const out = resolve(options.out);
const chosen = Object.fromEntries(
  options.set
    .split(",")
    .filter(Boolean)
    .map((pair) => pair.split("=") as [string, string]),
);
const POINTS = 120;
const IMAGES = fileURLToPath(new URL("../../docs/images/", import.meta.url));
/** How much of a dashboard the README shows, from its top. */
const README_PICTURES: Readonly<Record<string, number>> = {
  "mcp-overview": 1500,
  "mcp-tools": 1300,
  "mcp-objectives": 1000,
};
const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-preview-"));
mkdirSync(out, { recursive: true });
if (options.readme) mkdirSync(IMAGES, { recursive: true });

const ends = await startBackEnds(folder, options.prometheus);
for (const what of ends.missing)
  console.log(`Note: ${what} on this machine; what only it can show stays empty.`);
const traffic = await (options.crowd ? startCrowd(ends) : startTraffic(ends));
const from = Date.now() / 1000;
try {
  console.log(`Traffic for ${options.seconds} s ...`);
  await pause(Number(options.seconds) * 1000);
  const to = Date.now() / 1000;
  const times = { from, to, step: Math.max(1, Math.round((to - from) / POINTS)) };
  const painter = await openPainter();
  let bad = 0;
  for (const dashboard of dashboards.filter(
    ({ uid }) => options.only === undefined || uid === options.only,
  )) {
    const { fill, values } = await fillerFor(dashboard, times, chosen, (selector, label) =>
      labelValues(ends.metrics, selector, label),
    );
    const answered = await ask(dashboard, times, fill, ends);
    const empty = answered.filter((one) => !hasData(one)).map(({ panel }) => panel.title);
    const unexpected = empty.filter((title) => !expectedEmpty(title, ends.missing));
    bad += unexpected.length;
    const file = join(out, `${dashboard.uid}.png`);
    const bytes = await painter.paint(dashboard, answered, values, times, file);
    console.log(
      `${dashboard.uid}: ${answered.length - empty.length} of ${answered.length} panels have data, ${file} ${Math.round(bytes / 1000)} kB`,
    );
    const height = README_PICTURES[dashboard.uid];
    if (options.readme && height !== undefined) {
      const picture = join(IMAGES, `${dashboard.uid}.png`);
      const small = await painter.paint(dashboard, answered, values, times, picture, { scale: 0.7, height });
      console.log(`  ${picture} ${Math.round(small / 1000)} kB`);
    }
    for (const title of empty)
      console.log(
        `  empty: ${title}${unexpected.includes(title) ? "" : ` (${expectedEmpty(title, ends.missing)})`}`,
      );
  }
  await painter.close();
  if (options.crowd) bad = 0; // it has a few metrics only
  if (bad > 0) console.log(`${bad} panels are empty that should not be.`);
  process.exitCode = bad > 0 ? 1 : 0;
} catch (error) {
  console.error(traffic.output());
  throw error;
} finally {
  await traffic.stop();
  await ends.stop();
  rmSync(folder, { recursive: true, force: true });
}
