// The dashboards as files and as pages: made from their source, laid out without a hole, with words for the person who looks.
// Rules marked "linter" are those of https://github.com/grafana/dashboard-linter, written anew.
import { describe, expect, it } from "vitest";
import { DASHBOARDS, asJson } from "../../collector/grafana/source/all.ts";
import { INSTRUMENTS } from "../../src/signals/metrics/instruments.ts";
import { FILES, allPanels, dashboards, panelsOf, textOf, type Panel } from "./dashboards.ts";

describe("the files", () => {
  it.each(Object.entries(DASHBOARDS))(
    "%s.json is what its source makes (npm run dashboards)",
    (name, build) => {
      expect(textOf(`${name}.json`)).toBe(asJson(build()));
    },
  );

  it("are those of the sources and no others", () => {
    expect(FILES).toEqual(
      Object.keys(DASHBOARDS)
        .map((name) => `${name}.json`)
        .toSorted(),
    );
  });

  it("are small enough to read", () => {
    for (const file of FILES) expect(textOf(file).length, file).toBeLessThan(100_000);
  });
});

describe.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))("%s", (uid, dashboard) => {
  it("has a fixed uid, a title, a description, the tag that the others find it by", () => {
    expect(uid).toMatch(/^mcp-[a-z]+$/);
    expect(dashboard.title).toMatch(/^MCP /);
    expect(dashboard.description.length).toBeGreaterThan(40);
    expect(dashboard.tags).toEqual(["mcp-otelkit"]);
  });

  it("has panels that neither overlap nor leave the grid", () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(x, title).toBeLessThan(24);
          expect(taken.get(`${x},${y}`), `${title} at ${x},${y}`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
  });

  it("has a different id and title for each panel", () => {
    const panels = [...dashboard.panels, ...panelsOf(dashboard)];
    const ids = new Set(panels.map(({ id }) => id));
    const titles = panelsOf(dashboard).map(({ title }) => title);

    expect(ids.size).toBe(new Set(panels).size);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

// https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts
const UNITS = ["short", "s", "bytes", "Bps", "percent", "percentunit", "reqps", "cps", "cpm"];

/** The panels that break a rule. */
function breaking(rule: (panel: Panel) => boolean): string[] {
  return allPanels.filter(({ panel }) => rule(panel)).map(({ name }) => name);
}

describe("every panel", () => {
  it("says what it shows and what to do when it looks bad (linter: panel-title-description)", () => {
    const silent = breaking(({ title, description = "" }) => {
      const [shows = "", whenBad = ""] = description.split("\n\n**When it looks bad:** ");
      return title === "" || !/^\S.{15,}\.$/s.test(shows) || !/^\S.{20,}\.$/s.test(whenBad);
    });

    expect(allPanels.length).toBeGreaterThan(50);
    expect(silent).toEqual([]);
  });

  it("has a unit that Grafana has, and a text for the case that there is nothing (linter: panel-units)", () => {
    const { units, texts } = {
      units: breaking(({ fieldConfig }) => !UNITS.includes(fieldConfig.defaults.unit ?? "")),
      texts: breaking(({ fieldConfig }) => !/\S{2,}/.test(fieldConfig.defaults.noValue ?? "")),
    };

    expect(units).toEqual([]);
    expect(texts).toEqual([]);
  });

  it("asks the data source that is chosen at the top (linter: panel-datasource, panel-no-targets)", () => {
    const wrong = breaking(({ type, datasource, targets = [] }) => {
      const asked = new Set([datasource?.uid, ...targets.map((target) => target.datasource.uid)]);
      return (
        targets.length === 0 || asked.size !== 1 || !asked.has(type === "logs" ? "${logs}" : "${metrics}")
      );
    });

    expect(wrong).toEqual([]);
  });

  it("names its lines, in a table where there may be many", () => {
    const wrong = breaking(({ type, options, targets = [] }) => {
      const legend = options["legend"] as { displayMode?: string; showLegend?: boolean } | undefined;
      const named = targets.every(({ legendFormat }) => /\S/.test(legendFormat ?? ""));
      return (
        type === "timeseries" && !(named && legend?.displayMode === "table" && legend.showLegend === true)
      );
    });

    expect(wrong).toEqual([]);
  });

  it("repeats over nothing: fifty servers would be fifty panels", () => {
    expect(breaking(({ repeat }) => repeat !== undefined)).toEqual([]);
  });

  it("has thresholds that rise", () => {
    const wrong = breaking((panel) => {
      const [first, ...others] = stepsOf(panel) ?? [];
      return first !== null || others.some((value, at) => at > 0 && Number(value) < Number(others[at - 1]));
    });

    expect(wrong).toEqual([]);
  });
});

describe("the overview", () => {
  it("has the guide's seven panels in the guide's layout", () => {
    const [overview] = dashboards.filter(({ uid }) => uid === "mcp-overview");
    const seven = overview === undefined ? [] : panelsOf(overview).slice(0, 7);
    const picture = seven.map(({ title, type, gridPos }) => [title, type, gridPos.x, gridPos.w]);

    expect(picture).toEqual([
      ["Tool call rate", "timeseries", 0, 12],
      ["Error rate", "timeseries", 12, 12],
      ["Latency p50, p95, p99 of the slowest tools", "timeseries", 0, 12],
      ["Active sessions", "gauge", 12, 12],
      ["Memory usage", "timeseries", 0, 12],
      ["CPU usage", "timeseries", 12, 12],
      ["Tool call breakdown, last 24 hours", "table", 0, 24],
    ]);
  });

  it("draws the guide's threshold lines at 1 % and 5 % of errors", () => {
    const errors = allPanels.find(({ name }) => name === "mcp-overview: Error rate")?.panel;

    expect(stepsOf(errors)).toEqual([null, 1, 5]);
    expect(errors?.fieldConfig.defaults.custom?.["thresholdsStyle"]).toEqual({ mode: "dashed" });
  });
});

it("choose one bound of the histogram by each threshold, in the writing of push and of scrape", () => {
  const bounds = INSTRUMENTS.serverOperationDuration.buckets.map((bound) =>
    Number.isInteger(bound) ? [`${bound}`, `${bound}.0`] : [`${bound}`],
  );
  const threshold = dashboards
    .find(({ uid }) => uid === "mcp-objectives")
    ?.templating.list.find(({ name }) => name === "threshold");
  const choices = typeof threshold?.query === "string" ? threshold.query.split(",") : [];
  const values = choices.map((choice) => choice.split(" : ")[1] ?? "");

  expect(values).toHaveLength(5);
  for (const value of values) {
    const chosen = bounds.filter((writings) =>
      writings.some((text) => new RegExp(`^(?:${value})$`).test(text)),
    );
    expect(chosen, value).toHaveLength(1);
    expect(
      chosen[0]?.filter((text) => !new RegExp(`^(?:${value})$`).test(text)),
      value,
    ).toEqual([]);
  }
});

it("are files that may be edited after an import, against the linter's uneditable-dashboard", () => {
  // What is provisioned cannot be saved anyway (allowUiUpdates: false); who imports by hand wants to change things.
  expect(dashboards.map(({ editable }) => editable)).toEqual(dashboards.map(() => true));
});

function stepsOf(panel: Panel | undefined): (number | null)[] | undefined {
  return panel?.fieldConfig.defaults.thresholds?.steps.map(({ value }) => value);
}
