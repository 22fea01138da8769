import { describeUptime } from "./health.ts";
import { inTime } from "./in-time.ts";

/**
 * Healthy unless it throws, rejects, gives `false`, or gives nothing in time. So `() => redis.ping()` is a check, and
 * `() => pool.query("SELECT 1")`, and `() => cache.loaded`.
 */
export type ReadinessCheck = () => unknown;

export interface CheckOptions {
  /** How long the check may take; 5,000 when not given. A probe gives up, too: keep it below the probe's own time-out. */
  readonly timeoutMs?: number;
  /** How long one result serves, in milliseconds: probes may come from anybody, and as often as they like. */
  readonly keepMs?: number;
}

export interface Readiness {
  /**
   * @returns takes the check away again
   * @throws {TypeError} if the name, the check or the time-out is not one: when it is added, not when a probe asks
   */
  add(name: string, check: ReadinessCheck, options?: CheckOptions): () => void;
  /** Runs the checks, all at once. It never rejects. */
  describe(): Promise<ReadinessReport>;
}

export interface ReadinessReport {
  readonly ok: boolean;
  readonly body: {
    readonly status: "ready" | "not_ready";
    /** `healthy`, or `unhealthy: ` and the reason, by name in the order they were added. */
    readonly checks: Readonly<Record<string, string>>;
    readonly uptime_seconds: number;
    readonly uptimeSeconds: number;
  };
}

export interface ReadinessOptions {
  readonly uptimeSeconds: () => number;
  /** Takes out of a reason what is not for everybody. Addresses lose their user and password without it, too. */
  readonly redact?: (reason: string) => string;
  /** For checks that are added without a {@link CheckOptions.keepMs} of their own; 0 where not given. */
  readonly keepMs?: number;
}

interface Entry {
  run(): Promise<string>;
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** The longest a timer can be set to; above it Node waits 1 ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const MAX_REASON_LENGTH = 200;

/** Whether the process can do its work: every condition and every dependency that was named is as it should be. */
export function createReadiness({
  uptimeSeconds,
  redact = (reason) => reason,
  keepMs: keepAllMs = 0,
}: ReadinessOptions): Readiness {
  const entries = new Map<string, Entry>();

  return {
    add(name, check, { timeoutMs = DEFAULT_TIMEOUT_MS, keepMs = keepAllMs } = {}) {
      requireName(name, entries);
      requireCheck(name, check);
      requireTimeout(name, timeoutMs);
      const entry = createEntry(check, { timeoutMs, keepMs }, redact);
      entries.set(name, entry);
      return () => {
        // Not what has taken the same name since.
        if (entries.get(name) === entry) entries.delete(name);
      };
    },
    async describe() {
      const results = await Promise.all(
        [...entries].map(async ([name, entry]) => [name, await entry.run()] as const),
      );
      const ok = results.every(([, state]) => state === "healthy");
      return {
        ok,
        body: {
          status: ok ? "ready" : "not_ready",
          checks: Object.fromEntries(results),
          ...describeUptime(uptimeSeconds()),
        },
      };
    },
  };
}

/** What may be known of a report without the token: the names of the checks, and whether each is well. */
export function withoutReasons(body: ReadinessReport["body"]): ReadinessReport["body"] {
  const checks = Object.entries(body.checks).map(
    ([name, state]) => [name, state.split(":", 1)[0] ?? ""] as const,
  );
  return { ...body, checks: Object.fromEntries(checks) };
}

/** Probes that overlap share a run of a slow check: a database in trouble is not asked more often than it answers. */
function createEntry(
  check: ReadinessCheck,
  { timeoutMs, keepMs }: Required<CheckOptions>,
  redact: (reason: string) => string,
): Entry {
  let running: Promise<unknown> | undefined;
  let kept: { readonly state: string; readonly until: number } | undefined;
  return {
    async run() {
      if (kept !== undefined && performance.now() < kept.until) return kept.state;
      const state = await ask();
      kept = keepMs > 0 ? { state, until: performance.now() + keepMs } : undefined;
      return state;
    },
  };
  function ask(): Promise<string> {
    // Until the check itself is done, however many probes have given up on it.
    // Without arguments: the check may well be a method of a client that would take them for something else.
    const run = (running ??= (async () => check())().finally(() => {
      running = undefined;
    }));
    return inTime(() => run, timeoutMs).then(
      (result) => (result === false ? "unhealthy: the check gave false" : "healthy"),
      (error: unknown) => `unhealthy: ${describeReason(error, redact)}`,
    );
  }
}

/** One short line. A connection that was refused on several addresses has no message of its own, but it has a code. */
function describeReason(error: unknown, redact: (reason: string) => string): string {
  let reason: string;
  try {
    const { message, code } = Object(error) as { message?: unknown; code?: unknown };
    reason = redact(String(message || code || error)).replaceAll(/(?<=\/\/)[^\s/@]*@/g, "");
  } catch {
    reason = "the check failed with something that cannot be told as text";
  }
  const line = reason.replaceAll(/\s+/g, " ").trim() || "no reason given";
  return line.length > MAX_REASON_LENGTH ? `${line.slice(0, MAX_REASON_LENGTH - 1)}…` : line;
}

function requireName(name: unknown, entries: ReadonlyMap<string, unknown>): void {
  if (typeof name !== "string" || !/^[A-Za-z0-9][\w .:/-]{0,63}$/.test(name)) {
    const given = typeof name === "string" ? JSON.stringify(name.slice(0, 80)) : `a ${typeof name}`;
    throw new TypeError(
      `A readiness check cannot be named ${given}: use 1 to 64 letters, digits, spaces or any of _ . : / -, beginning with a letter or digit, as in "database".`,
    );
  }
  if (entries.has(name)) {
    throw new TypeError(
      `There is a readiness check named "${name}" already: choose another name, or first take that one away with the function its addition returned.`,
    );
  }
}

function requireCheck(name: string, check: unknown): void {
  if (typeof check === "function") return;
  const hint = check instanceof Promise ? ": pass () => …, so that it can be asked each time" : "";
  throw new TypeError(
    `The readiness check "${name}" has to be a function, not ${check === null ? "null" : `a ${typeof check}`}${hint}.`,
  );
}

function requireTimeout(name: string, timeoutMs: unknown): void {
  if (typeof timeoutMs === "number" && timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS) return;
  throw new TypeError(
    `The readiness check "${name}" cannot have timeoutMs ${String(timeoutMs)}: give milliseconds, from 1 to ${MAX_TIMEOUT_MS}.`,
  );
}
