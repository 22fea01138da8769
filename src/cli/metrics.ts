/** Checklist lines about metrics and dashboards: from a server's `/metrics`, else from Prometheus. */
import { object, type Evidence, type Json, type Line, type Verdict } from "./evidence.ts";

const GUIDE_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const HISTOGRAM = "mcp_tool_call_duration_seconds_bucket";

/** What a panel of each kind queries: the metrics themselves or recording rules made from them. */
const PANELS: Readonly<Record<string, RegExp>> = {
  rate: /tool_calls|mcp_[a-z_]*operation[a-z_]*_count/,
  latency: /mcp.*duration/,
  error: /error/,
  session: /session/,
};

export function metric(says: string, name: string, labels: readonly string[]): Omit<Line, "section"> {
  return {
    says,
    needs: "--server or --prometheus",
    fix: "make a first tool call; OTEL_INSTRUMENTATION_MCP_METRICS must contain `guide`, as it does by default",
    async see({ metrics, query }) {
      if (metrics) return sampleOn(metrics.body, name, labels);
      return series(await query(`count(${name}{${labels.map((label) => `${label}!=""`).join(",")}})`));
    },
  };
}

function sampleOn(page: string, name: string, labels: readonly string[]): Verdict {
  const sample = page.split("\n").find((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  if (sample === undefined) return { ok: false, saw: `no ${name}` };
  const missing = labels.filter((label) => !new RegExp(`[{,]${label}="`).test(sample));
  return missing.length === 0
    ? { ok: true, saw: labels.length === 0 ? name : `${name}{${labels.join(", ")}}` }
    : { ok: false, saw: `${name} without ${missing.join(", ")}` };
}

/** The result of a counting query. Prometheus returns nothing where there is nothing to count. */
export function series(result: readonly Json[] | undefined): Verdict {
  if (!result) return undefined;
  const value: unknown = result[0]?.["value"];
  const count = Array.isArray(value) ? Number(value[1]) : 0;
  return { ok: count > 0, saw: `${count} series` };
}

export async function buckets({ metrics, query }: Evidence): Promise<Verdict> {
  const bounds = metrics
    ? [...metrics.body.matchAll(new RegExp(`^${HISTOGRAM}\\{[^}]*\\ble="([^"]+)"`, "gm"))].map(([, le]) => le)
    : (await query(`count by (le) (${HISTOGRAM})`))?.map((one) => object(one["metric"])["le"]);
  if (!bounds) return undefined;
  const finite = [...new Set(bounds.map(Number))].filter(Number.isFinite);
  const missing = GUIDE_BUCKETS.filter((bound) => !finite.includes(bound));
  return missing.length === 0
    ? { ok: true, saw: `bounds from ${Math.min(...finite)} to ${Math.max(...finite)} s` }
    : { ok: false, saw: `no bounds at ${missing.join(", ")} s` };
}

export function panels({ dashboards }: Evidence): Verdict {
  if (!dashboards) return undefined;
  const queries = dashboards.flatMap((board) =>
    [...JSON.stringify(board).matchAll(/"expr":"((?:[^"\\]|\\.)*)"/g)].map(([, expr = ""]) => expr),
  );
  const missing = Object.keys(PANELS).filter((kind) => !queries.some((query) => PANELS[kind]?.test(query)));
  const none = missing.length === 0 ? "" : `, no panel of ${missing.join(", ")}`;
  return { ok: missing.length === 0, saw: `${dashboards.length} dashboards${none}` };
}
