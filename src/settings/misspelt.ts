import { SETTINGS } from "./mcp-settings.ts";
import type { Complain, Env } from "./values.ts";

const PREFIX = "OTEL_INSTRUMENTATION_MCP_";

/** Of the runtime; the others are rows of {@link SETTINGS}. */
export const RUNTIME_VARIABLES = ["ADMIN", "ADMIN_TOKEN", "DRAIN_MS", "FLUSH_ON_EXIT", "HTTP_CONTENT", "SDK"];

/** Every variable of mcp-otelkit's own. */
export function ownVariables(): string[] {
  const settings = Object.values(SETTINGS).map(({ variable }) => variable);
  return [
    ...settings.filter((name) => name.startsWith(PREFIX)),
    ...RUNTIME_VARIABLES.map((name) => PREFIX + name),
  ];
}

/** More distant ones are no slip of the pen. */
const FARTHEST = 6;

/** Says of each variable that begins as ours do and is none which one was probably meant. */
export function tellOfMisspelt(
  env: Env,
  complain: Complain,
  known: readonly string[] = ownVariables(),
): void {
  for (const name of Object.keys(env)) {
    if (!name.toUpperCase().startsWith(PREFIX) || known.includes(name)) continue;
    const [nearest] = known
      .map((candidate) => ({ candidate, distance: distanceOf(name.toUpperCase(), candidate) }))
      .toSorted((a, b) => a.distance - b.distance);
    const advice =
      nearest === undefined || nearest.distance > FARTHEST
        ? "README lists those there are"
        : `did you mean ${nearest.candidate}?`;
    complain(`${name} is no variable of mcp-otelkit; ${advice}`);
  }
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
