// Where the links of the alerts lead: the runbooks as they are, and each dashboard as text, a panel with its query and its values in a
// paragraph. There is no Grafana here.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { basename, join } from "node:path";
import { dashboards, type Dashboard } from "../../collector/dashboards.ts";
import { ask, labelValues, type Answered } from "../../preview/answers.ts";
import { fillerFor } from "../../preview/variables.ts";
import { SHIPPED } from "../back-ends.ts";

const LAST_S = 900;
const STEP_S = 15;
/** Four samples of what is scraped every 15 seconds. */
const RATE_INTERVAL = "1m";
const ROWS = 20;

export async function startPages(port: number, metrics: string): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    void textAt(url, metrics).then(
      (text) => {
        response.writeHead(text === undefined ? 404 : 200, { "content-type": "text/plain; charset=utf-8" });
        response.end(text ?? "There is no such page.\n");
      },
      (error: unknown) => response.writeHead(503).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

async function textAt(url: URL, metrics: string): Promise<string | undefined> {
  const [, folder, name = ""] = url.pathname.split("/");
  if (folder === "runbooks") {
    const file = join(SHIPPED, "runbooks", basename(name) || "README.md");
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }
  if (folder !== "d") return undefined;
  const dashboard = dashboards.find(({ uid }) => uid === name);
  if (name !== "" && dashboard === undefined) return undefined;
  if (dashboard === undefined)
    return `The dashboards: ${dashboards.map(({ uid }) => `/d/${uid}`).join(" ")}\nVariables as in Grafana: ?var-server=NAME\n`;
  return textOf(dashboard, url.searchParams, metrics);
}

async function textOf(dashboard: Dashboard, wanted: URLSearchParams, metrics: string): Promise<string> {
  const chosen = Object.fromEntries(
    [...wanted].flatMap(([name, value]) => (name.startsWith("var-") ? [[name.slice(4), value]] : [])),
  );
  const to = Math.floor(Date.now() / 1000);
  const times = { from: to - LAST_S, to, step: STEP_S, rateInterval: RATE_INTERVAL };
  const { fill, values } = await fillerFor(dashboard, times, chosen, (selector, label) =>
    labelValues(metrics, selector, label),
  );
  const answered = await ask(dashboard, times, fill, { metrics, logs: undefined });
  const variables = [...values].map(([name, value]) => `$${name} = ${value}`);
  return [
    `${dashboard.title}: ${dashboard.description}`,
    variables.join("\n"),
    ...answered.map((one) => paragraphOf(one, fill)),
  ]
    .join("\n\n")
    .concat("\n");
}

/** The newest value of each series, the largest first. */
function paragraphOf({ panel, answers }: Answered, fill: (text: string) => string): string {
  const lines = (panel.targets ?? []).flatMap(({ refId, expr }) => {
    const series = answers.find((answer) => answer.refId === refId)?.series ?? [];
    const rows = series
      .map(({ legend, labels, points }) => ({ name: legend || wordsOf(labels), value: points.at(-1)?.[1] }))
      .filter((row): row is { name: string; value: number } => row.value !== undefined)
      .toSorted((a, b) => b.value - a.value);
    return [
      `  ${refId}: ${fill(expr)}`,
      ...rows.slice(0, ROWS).map(({ name, value }) => `     ${Number(value.toPrecision(4))}  ${name}`),
      ...(rows.length > ROWS ? [`     and ${rows.length - ROWS} more`] : []),
    ];
  });
  return [`## ${panel.title}`, panel.description ?? "", ...lines].filter(Boolean).join("\n");
}

function wordsOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([name]) => name !== "__name__")
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
