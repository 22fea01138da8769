import type { Measured } from "./measure.ts";

/** How much of the list is seen, as parts of one; by downloads, as far as they are known. */
export interface Shares {
  readonly byPreload: number;
  readonly byDownloads: number;
  readonly byRun: number;
  readonly counted: { readonly preload: number; readonly downloads: number; readonly run: number };
}

/** By the preload alone 95 of a hundred servers and 98 of a hundred downloads, and by `run` every server. */
const GOAL = { byPreload: 0.95, byDownloads: 0.98, byRun: 1 };

export function sharesOf(rows: readonly Measured[]): Shares {
  const preloaded = rows.filter(({ preload }) => preload !== undefined);
  const seen = preloaded.filter(({ preload }) => preload?.seen === true);
  const outside = rows.filter(({ run }) => run !== undefined);
  const downloads = weightOf(preloaded);
  return {
    byPreload: seen.length / preloaded.length,
    byDownloads: weightOf(seen) / downloads,
    byRun: outside.filter(({ run }) => run?.seen === true).length / outside.length,
    counted: { preload: preloaded.length, downloads, run: outside.length },
  };
}

/** A tool with an MCP server among its commands would outweigh all servers together. */
function weightOf(rows: readonly Measured[]): number {
  return rows.reduce((sum, { server }) => sum + (server.tool ? 0 : (server.downloads ?? 0)), 0);
}

/** @param whole whether the whole list has run: a part of it has no downloads to speak of */
export function missesGoal({ byPreload, byDownloads, byRun }: Shares, whole: boolean): boolean {
  return byRun < GOAL.byRun || (whole && (byPreload < GOAL.byPreload || byDownloads < GOAL.byDownloads));
}

export function describeShares({ byPreload, byDownloads, byRun, counted }: Shares): string {
  const of = (part: number): string => `${(Math.floor(part * 1000) / 10).toFixed(1)} %`;
  return [
    `seen by the preload alone: ${of(byPreload)} of ${counted.preload} servers (goal: ${of(GOAL.byPreload)}), ` +
      `${of(byDownloads)} of ${counted.downloads.toLocaleString("en")} downloads (goal: ${of(GOAL.byDownloads)}; without tools)`,
    `seen with run: ${of(byRun)} of ${counted.run} servers (goal: ${of(GOAL.byRun)})`,
  ].join("\n");
}
