/** `npx mcp-otelkit check`: checks a running set-up against the production readiness checklist. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { CHECKLIST } from "./checklist.ts";
import { gather, withoutPassword, type Line, type Verdict } from "./evidence.ts";

/** Each option, the name of its value, and its purpose. */
const OPTIONS = {
  server: ["URL", "of an MCP server's /health, /ready and /metrics: http://localhost:9464"],
  prometheus: ["URL", "series, rules, alerts: http://localhost:9090"],
  alertmanager: ["URL", "routes: http://localhost:9093"],
  grafana: ["URL", "dashboards; with user and password in it, or GRAFANA_TOKEN: http://localhost:3000"],
  loki: ["URL", "logs: http://localhost:3100"],
  jaeger: ["URL", "traces: http://localhost:16686"],
  collector: ["URL", "its health: http://localhost:13133"],
  deployment: ["[NAMESPACE/]NAME", "of a server in Kubernetes, by way of kubectl"],
  stderr: ["FILE", "what a server wrote to stderr: kubectl logs … > FILE"],
  service: ["NAME", "the OTEL_SERVICE_NAME to look for; any, where it is not given"],
} as const satisfies Record<string, readonly [string, string]>;

type Option = keyof typeof OPTIONS;

const HELP = `usage: npx mcp-otelkit check [options]

Checks a running set-up against the production readiness checklist of the monitoring guide for MCP servers. It only reads.
What you do not name is not checked.

${Object.entries(OPTIONS)
  .map(([name, [value, what]]) => `  --${`${name} ${value}`.padEnd(31)}${what}`)
  .join("\n")}
  --strict                         a line that is not checked counts as failed
  --json                           one JSON object in the place of the table

MCP_ADMIN_TOKEN and GRAFANA_TOKEN are sent as bearer tokens to the server's /metrics and to Grafana.
The exit code is 0 if no line failed, 1 if one did, 2 if the command is wrong.
`;

export interface Row {
  readonly section: string;
  readonly line: string;
  readonly result: "ok" | "failed" | "not checked";
  /** What was observed, or which option is needed to check it. */
  readonly saw: string;
  readonly fix: string;
}

/** @returns the exit code */
export async function check(words: readonly string[], print: (text: string) => void): Promise<number> {
  const asked = read(words);
  if ("problem" in asked) {
    print(`${asked.problem}\n\n${HELP}`);
    return 2;
  }
  if (asked.values["help"] === true) {
    print(HELP);
    return 0;
  }
  const value = (name: Option): string | undefined => {
    const given = asked.values[name];
    return typeof given === "string" ? given : undefined;
  };
  const sources = Object.fromEntries((Object.keys(OPTIONS) as Option[]).map((name) => [name, value(name)]));
  const evidence = await gather({
    ...sources,
    token: process.env["MCP_ADMIN_TOKEN"],
    grafanaToken: process.env["GRAFANA_TOKEN"],
  });
  const rows = await Promise.all(CHECKLIST.map(async (line) => rowOf(line, await line.see(evidence))));
  print(
    asked.values["json"] === true
      ? `${JSON.stringify({ rows, silent: evidence.silent }, undefined, 2)}\n`
      : table(rows, evidence.silent),
  );
  const bad = rows.filter(
    ({ result }) => result === "failed" || (asked.values["strict"] === true && result !== "ok"),
  );
  return bad.length === 0 ? 0 : 1;
}

function read(
  words: readonly string[],
): { values: Record<string, string | boolean | undefined> } | { problem: string } {
  const strings = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: "string" as const }]));
  const flags = {
    strict: { type: "boolean" as const },
    json: { type: "boolean" as const },
    help: { type: "boolean" as const, short: "h" },
  };
  try {
    const parsed = parseArgs({ args: [...words], options: { ...strings, ...flags } });
    const values: Record<string, string | boolean | undefined> = parsed.values;
    const given = Object.entries(OPTIONS).filter(([name]) => name in values);
    if (given.length === 0 && values["help"] !== true)
      return { problem: "nothing to look at: name at least one of the options" };
    for (const [name, [kind]] of given) {
      const value = String(values[name]);
      if (kind === "URL" && !URL.canParse(value)) return { problem: `--${name} takes a URL, not ${value}` };
      if (kind === "FILE" && !existsSync(value)) return { problem: `--${name}: there is no ${value}` };
    }
    return { values };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function rowOf({ section, says, needs, fix }: Line, verdict: Verdict): Row {
  if (!verdict) return { section, line: says, result: "not checked", saw: `needs ${needs}`, fix };
  return {
    section,
    line: says,
    result: verdict.ok ? "ok" : "failed",
    saw: withoutPassword(verdict.saw),
    fix,
  };
}

function table(rows: readonly Row[], silent: readonly string[]): string {
  const width = Math.max(...rows.map(({ line }) => line.length));
  const lines = rows.flatMap(({ section, line, result, saw, fix }, index) => [
    ...(rows[index - 1]?.section === section ? [] : ["", section]),
    `  ${result.padEnd(11)}  ${line.padEnd(width)}  ${saw}`,
    ...(result === "failed" ? [`${" ".repeat(15)}-> ${fix}`] : []),
  ]);
  const count = (result: Row["result"]): number => rows.filter((row) => row.result === result).length;
  const unheard = silent.length === 0 ? [] : ["", "No answer from:", ...silent.map((one) => `  ${one}`)];
  return `${[...lines, ...unheard, "", `${count("ok")} ok, ${count("failed")} failed, ${count("not checked")} not checked`].join("\n").trimStart()}\n`;
}
