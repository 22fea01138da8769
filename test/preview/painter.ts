// Pictures of dashboards: a page that page.mjs draws with uPlot, the library that Grafana's own time series are drawn with, in headless Chromium.
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Dashboard } from "../collector/dashboards.ts";
import type { Answered } from "./answers.ts";
import type { Times } from "./variables.ts";

export interface Painter {
  /** Writes a PNG; its size in bytes. */
  paint(
    dashboard: Dashboard,
    answered: readonly Answered[],
    variables: ReadonlyMap<string, string>,
    times: Times,
    file: string,
  ): Promise<number>;
  close(): Promise<void>;
}

const BROWSERS = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const SWITCHES =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(
    " ",
  );
const WIDTH = 1440;

export async function openPainter(): Promise<Painter> {
  const executablePath = BROWSERS.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined)
    throw new Error(
      "there is no Chromium: install one (Debian: apt install chromium), or name it in CHROMIUM",
    );
  const browser = await chromium.launch({ executablePath, headless: true, args: SWITCHES });
  const parts = {
    plot: readFileSync(fileURLToPath(import.meta.resolve("uplot/dist/uPlot.iife.min.js")), "utf8"),
    plotStyle: readFileSync(fileURLToPath(import.meta.resolve("uplot/dist/uPlot.min.css")), "utf8"),
    page: readFileSync(new URL("page.mjs", import.meta.url), "utf8"),
    style: readFileSync(new URL("page.css", import.meta.url), "utf8"),
  };
  return {
    async paint(dashboard, answered, variables, times, file) {
      const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 } });
      const shown = dashboard.templating.list
        .filter(({ type }) => type !== "datasource")
        .map(({ name, label }) => [label ?? name, variables.get(name) ?? ""]);
      const data = JSON.stringify({ dashboard, answered, shown, times }).replaceAll("<", String.raw`\u003c`);
      await page.setContent(
        `<!doctype html><meta charset="utf-8"><style>${parts.plotStyle}${parts.style}</style><body><script>${parts.plot}</script><script>globalThis.DATA = ${data};</script><script type="module">${parts.page}</script></body>`,
      );
      await page.waitForSelector("body[data-drawn]", { timeout: 30_000 });
      await page.screenshot({ path: file, fullPage: true });
      await page.close();
      return statSync(file).size;
    },
    close: () => browser.close(),
  };
}
