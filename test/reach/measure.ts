import { fileURLToPath } from "node:url";
import { differingLines } from "./compare.ts";
import { install, isNode, runScripts } from "./install.ts";
import type { PublicServer } from "./servers.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { MESSAGES, talk, type Program, type Talked } from "./talk.ts";

const inDist = (name: string): URL => new URL(`../../dist/${name}`, import.meta.url);

/** What a server was like with mcp-otelkit, beside itself without. */
export interface Seen {
  readonly seen: boolean;
  readonly spans: number;
  /** What was said of those that have not arrived, where some have. */
  readonly lost: string | undefined;
  /** What differs on stdout; empty where nothing does. */
  readonly stdout: readonly string[];
  /** `undefined` where it is that of the plain run. */
  readonly status: string | undefined;
  /** What was instrumented, as mcp-otelkit's own line has it, or what that line says instead. */
  readonly through: string;
}

export interface Measured {
  readonly server: PublicServer;
  /** Why it does not run here, without mcp-otelkit. */
  readonly problem?: string;
  /** No registry has answered. */
  readonly offline?: true;
  /** By the preload alone; not there for programs that are not npm's. */
  readonly preload?: Seen;
  /** Milliseconds that the preload adds to the start. */
  readonly addedMs?: number;
  readonly run?: Seen;
}

/** Installs a server, and talks to it plain and with the preload by turns, then through `run`. */
export async function measure(
  server: PublicServer,
  { node, remote, rounds }: { readonly node: string; readonly remote: string; readonly rounds: number },
): Promise<Measured> {
  const installed = await install(server);
  if ("problem" in installed)
    return {
      server,
      problem: `not installed: ${installed.problem}`,
      ...(installed.offline && { offline: true }),
    };
  const placed = (word: string): string => word.replaceAll("$REMOTE", remote);
  const alone: Program = {
    node,
    command: [installed.program, ...(server.args ?? []).map(placed)],
    env: server.env ?? {},
    files: server.files ?? {},
  };
  const exporting = {
    ...alone.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: "$OTLP",
    OTEL_SERVICE_NAME: "reach",
    OTEL_METRICS_EXPORTER: "none",
  };
  const preloaded = {
    ...alone,
    env: { ...exporting, NODE_OPTIONS: `--import=${inDist("register.js").href}` },
  };
  const outside = {
    ...alone,
    command: [node, fileURLToPath(inDist("cli.cjs")), "run", "--", ...alone.command],
    env: exporting,
  };

  let first = await talk(alone);
  if (first.startMs === undefined && (await runScripts(server, installed.folder))) first = await talk(alone);
  if (first.startMs === undefined)
    return { server, problem: `does not answer initialize (${first.status}): ${lastLine(first.stderr)}` };
  const plain = [first];
  const traced: Talked[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    if (isNode(server)) traced.push(await talk(preloaded, true));
    if (round < rounds) plain.push(await talk(alone));
  }
  const last = traced.at(-1);
  const through = await talk(outside, true);
  // What differs may be what the server itself varies: that takes more plain runs to tell.
  const differs = (): boolean =>
    [last, through].some(
      (one) =>
        one !== undefined &&
        plain.every(({ stdout, status }) => one.stdout !== stdout || one.status !== status),
    );
  while (differs() && plain.length < PLAIN_RUNS) plain.push(await talk(alone));
  return {
    server,
    ...(last !== undefined && {
      preload: compare(server, plain, last),
      addedMs: medianStart(traced) - medianStart(plain),
    }),
    run: compare(server, plain, through),
  };
}

/** Most runs without mcp-otelkit, where there is one round. */
const PLAIN_RUNS = 3;
function compare(server: PublicServer, plain: readonly Talked[], traced: Talked): Seen {
  const { stdout, stderr, status, spans } = traced;
  const seen = spans.some(isOfConversation);
  return {
    seen,
    spans: spans.length,
    lost: seen && spans.length < MESSAGES ? lossOf(stderr) : undefined,
    stdout: differingLines(
      plain.map((one) => one.stdout),
      stdout,
    ),
    status: plain.some((one) => one.status === status)
      ? undefined
      : `${status} instead of ${plain[0]?.status}`,
    through: throughOf(server, traced),
  };
}

/** A relay may ask the server behind it things of its own. */
function isOfConversation({ kind, name }: SeenSpan): boolean {
  return kind === "SERVER" || name.startsWith("tools/");
}

function throughOf({ unseen }: PublicServer, { stderr, startMs, spans }: Talked): string {
  if (startMs === undefined) return "it does not answer initialize in time";
  const lines = [...stderr.matchAll(/mcp-otelkit: (.*)/g)].map(([, line = ""]) => line);
  const instrumented = [...new Set(lines.flatMap((line) => /, instrumented ([^;]+)/.exec(line)?.[1] ?? []))];
  if (instrumented.length > 0)
    return `${instrumented.join(" and ")}${spans.length > 0 && !spans.some(isOfConversation) ? ", what it asks itself alone" : ""}`;
  return unseen ?? lines[0] ?? "it says nothing";
}

function lossOf(stderr: string): string {
  return /mcp-otelkit: (.*(?:lost|not confirmed).*)/.exec(stderr)?.[1] ?? "it says nothing of the others";
}

function medianStart(runs: readonly Talked[]): number {
  const sorted = runs.flatMap(({ startMs }) => startMs ?? []).toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function lastLine(text: string): string {
  const lines = text.trim().split("\n");
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "").trim().slice(0, 160);
}
