import { markOf } from "../fixtures/canary/marks.mjs";
import { eventually } from "../support/page.ts";
import type { Piece } from "./places.ts";

const PAGES: readonly (readonly [channel: string, path: string, accept: string])[] = [
  ["/metrics", "/metrics", "text/plain"],
  ["/metrics (OpenMetrics)", "/metrics", "application/openmetrics-text"],
  ["/health", "/health", "*/*"],
  ["/ready", "/ready", "*/*"],
];

/** The pages that a process serves on its port; its stderr says which port. */
export async function lookAround(who: string, stderr: () => string): Promise<Piece[]> {
  const url = await eventually(
    async () => /health(?: and metrics)? at (\S+)/.exec(stderr())?.[1] ?? "",
    (found) => found !== "",
  );
  const authorization = `Bearer ${markOf("admin-token")}`;
  return Promise.all(
    PAGES.map(async ([channel, path, accept]) => {
      const answer = await fetch(`${url}${path}`, { headers: { authorization, accept } });
      return { channel, who, text: `${JSON.stringify([...answer.headers])}\n${await answer.text()}` };
    }),
  );
}
