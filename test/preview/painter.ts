// Pictures of dashboards: a page that page/ draws with uPlot, the library that Grafana's own time series are drawn with, in headless Chromium.
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Dashboard } from "../collector/dashboards.ts";
import type { Answered } from "./answers.ts";
import type { Times } from "./variables.ts";

/** The whole page at its full size, by default. */
export interface Size {
  readonly scale: number;
  /** Of the page, from its top. */
  readonly height: number;
}

export interface Painter {
  /** Writes a PNG; its size in bytes. */
  paint(
    dashboard: Dashboard,
    answered: readonly Answered[],
    variables: ReadonlyMap<string, string>,
    times: Times,
    file: string,
    size?: Size,
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
/** An unused address: every request of the page is answered from here. */
const PAGE = "http://preview.invalid/";
const HTML = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="uPlot.min.css"><link rel="stylesheet" href="page.css">
<body><script src="uPlot.iife.min.js"></script><script type="module" src="page.mjs"></script></body>`;

export async function openPainter(): Promise<Painter> {
  const executablePath = BROWSERS.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined)
    throw new Error(
      "there is no Chromium: install one (Debian: apt install chromium), or name it in CHROMIUM",
    );
  const browser = await chromium.launch({ executablePath, headless: true, args: SWITCHES });
  return {
    async paint(dashboard, answered, variables, times, file, size) {
      const page = await browser.newPage({
        viewport: { width: WIDTH, height: size?.height ?? 900 },
        deviceScaleFactor: size?.scale ?? 1,
      });
      const shown = dashboard.templating.list
        .filter(({ type }) => type !== "datasource")
        .map(({ name, label }) => [label ?? name, variables.get(name) ?? ""]);
      const data = JSON.stringify({ dashboard, answered, shown, times });
      await page.route("**/*", (route) => {
        const name = new URL(route.request().url()).pathname.slice(1);
        if (name === "") return route.fulfill({ contentType: "text/html", body: HTML });
        if (name === "data.json") return route.fulfill({ contentType: "application/json", body: data });
        return route.fulfill({ path: name.startsWith("uPlot") ? plotFile(name) : pageFile(name) });
      });
      page.on("pageerror", (error) => console.error(`${dashboard.uid}: ${error.message}`));
      await page.goto(PAGE);
      await page.waitForSelector("body[data-drawn]", { timeout: 30_000 });
      await page.screenshot({ path: file, fullPage: size === undefined });
      await page.close();
      return statSync(file).size;
    },
    close: () => browser.close(),
  };
}

function plotFile(name: string): string {
  const style = name.endsWith(".css");
  return fileURLToPath(
    style
      ? import.meta.resolve("uplot/dist/uPlot.min.css")
      : import.meta.resolve("uplot/dist/uPlot.iife.min.js"),
  );
}

function pageFile(name: string): string {
  return fileURLToPath(new URL(`page/${name}`, import.meta.url));
}
