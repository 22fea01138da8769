/** Reads what a running set-up reports and changes nothing. A source that does not answer is a reason, not an error. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** Where to look. Each source is optional; a source that is not given is not checked. */
export interface Sources {
  /** An MCP server's URL: /health, /ready and /metrics. */
  readonly server?: string | undefined;
  readonly prometheus?: string | undefined;
  readonly alertmanager?: string | undefined;
  /** The Collector's health extension. */
  readonly collector?: string | undefined;
  readonly jaeger?: string | undefined;
  readonly loki?: string | undefined;
  readonly grafana?: string | undefined;
  /** `namespace/name`, read with kubectl. */
  readonly deployment?: string | undefined;
  /** A file with what the server wrote to stderr. */
  readonly stderr?: string | undefined;
  readonly service?: string | undefined;
  /** For the server's /metrics. */
  readonly token?: string | undefined;
  /** For Grafana: a service account's. */
  readonly grafanaToken?: string | undefined;
}

export type Json = { readonly [key: string]: unknown };

export interface Answer {
  /** 0 where there was no answer; `body` then holds the reason. */
  readonly status: number;
  readonly body: string;
  /** Undefined where the body is not JSON. */
  readonly json: unknown;
}

export interface LogRecord {
  readonly line: string;
  readonly fields: Json;
}

export interface Evidence {
  readonly sources: Sources;
  readonly health?: Answer;
  readonly ready?: Answer;
  readonly metrics?: Answer;
  /** Instant queries of Prometheus, by query. */
  readonly query: (promql: string) => Promise<Json[] | undefined>;
  readonly rules?: readonly Json[];
  readonly routing?: string;
  readonly collector?: Answer;
  readonly traces?: Answer;
  readonly records?: readonly LogRecord[];
  readonly dashboards?: readonly Json[];
  readonly viewers?: readonly boolean[];
  readonly deployment?: Json;
  readonly autoscalers?: readonly Json[];
  readonly stderr?: readonly string[];
  /** The sources that did not answer, with the reason. */
  readonly silent: readonly string[];
}

/** What was observed; undefined where no source was available. */
export type Verdict = { readonly ok: boolean; readonly saw: string } | undefined;

/** A line of a checklist. */
export interface Line {
  readonly section: string;
  readonly says: string;
  /** How to fix it, and where that is documented. */
  readonly fix: string;
  /** The options that this check needs. */
  readonly needs: string;
  readonly see: (evidence: Evidence) => Verdict | Promise<Verdict>;
}

const TIMEOUT_MS = 10_000;
const execute = promisify(execFile);

export async function gather(sources: Sources): Promise<Evidence> {
  const { server, prometheus, alertmanager, collector, jaeger, loki, grafana } = sources;
  const silent: string[] = [];
  const grafanaHeaders = sources.grafanaToken ? { authorization: `Bearer ${sources.grafanaToken}` } : {};
  const ask = async (base: string | undefined, path: string, headers = {}): Promise<Answer | undefined> => {
    if (base === undefined) return undefined;
    const answer = await fetchText(base, path, headers);
    if (answer.status === 0) silent.push(`${withoutPassword(base)}${path}: ${answer.body}`);
    return answer;
  };
  const service = sources.service ?? ".+";

  const [health, ready, metrics, rules, routing, health2, traces, logs, found, kubernetes] =
    await Promise.all([
      ask(server, "/health"),
      ask(server, "/ready"),
      ask(server, "/metrics", sources.token ? { authorization: `Bearer ${sources.token}` } : {}),
      ask(prometheus, "/api/v1/rules?type=alert"),
      ask(alertmanager, "/api/v2/status"),
      ask(collector, "/"),
      ask(jaeger, "/api/services"),
      ask(
        loki,
        `/loki/api/v1/query_range?limit=200&query=${encodeURIComponent(`{service_name=~"${service}"}`)}`,
      ),
      ask(grafana, "/api/search?type=dash-db&query=mcp", grafanaHeaders),
      deploymentOf(sources.deployment, silent),
    ]);
  const boards = await Promise.all(
    listOf(found?.json)
      .filter((board) => typeof board["uid"] === "string")
      .map(async ({ uid }) => {
        const path = `/api/dashboards/uid/${String(uid)}`;
        const [board, permissions] = await Promise.all([
          ask(grafana, path, grafanaHeaders),
          ask(grafana, `${path}/permissions`, grafanaHeaders),
        ]);
        return { board, permissions };
      }),
  );

  return {
    sources,
    silent,
    ...present({ health, ready, metrics, collector: health2, traces }),
    ...kubernetes,
    ...(rules && { rules: listOf(dataOf(rules)["groups"]).flatMap(({ rules: own }) => listOf(own)) }),
    ...(routing && { routing: text(object(object(routing.json)["config"])["original"]) }),
    ...(logs && { records: recordsOf(logs) }),
    ...(found && {
      dashboards: boards.map(({ board }) => object(object(board?.json)["dashboard"])),
      viewers: boards.map(({ permissions }) => viewersMayRead(permissions)),
    }),
    ...(sources.stderr && { stderr: readFileSync(sources.stderr, "utf8").split("\n").filter(Boolean) }),
    async query(promql) {
      const answer = await ask(prometheus, `/api/v1/query?query=${encodeURIComponent(promql)}`);
      return answer && listOf(dataOf(answer)["result"]);
    },
  };
}

async function fetchText(base: string, path: string, headers: Record<string, string>): Promise<Answer> {
  try {
    const url = new URL(base.replace(/\/+$/, "") + path);
    // fetch accepts no user in a URL; a header does the same.
    const basic =
      url.username &&
      `Basic ${btoa(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`)}`;
    url.username = url.password = "";
    const response = await fetch(url, {
      headers: { ...(basic && { authorization: basic }), ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await response.text();
    return { status: response.status, body, json: parsed(body) };
  } catch (error) {
    return { status: 0, body: reasonOf(error), json: undefined };
  }
}

async function deploymentOf(name: string | undefined, silent: string[]): Promise<Partial<Evidence>> {
  if (name === undefined) return {};
  const [namespace = "", deployment = ""] = name.includes("/") ? name.split("/", 2) : ["default", name];
  const get = async (...what: string[]): Promise<Json> => {
    const { stdout } = await execute("kubectl", [
      "get",
      ...what,
      "--namespace",
      namespace,
      "--output",
      "json",
    ]);
    return object(parsed(stdout));
  };
  try {
    const [object_, autoscalers] = await Promise.all([
      get("deployment", deployment),
      get("horizontalpodautoscalers"),
    ]);
    return { deployment: object_, autoscalers: listOf(autoscalers["items"]) };
  } catch (error) {
    silent.push(`kubectl get deployment ${name}: ${reasonOf(error)}`);
    return {};
  }
}

/** Loki's lines with their labels and structured metadata. */
function recordsOf(answer: Answer): LogRecord[] {
  return listOf(dataOf(answer)["result"]).flatMap(({ stream, values }) =>
    (Array.isArray(values) ? (values as unknown[][]) : []).map((value) => ({
      line: String(value[1]),
      fields: object(stream),
    })),
  );
}

/** Grafana: permission 1 is to view, 2 to edit, 4 to administrate. */
function viewersMayRead(permissions: Answer | undefined): boolean {
  return listOf(permissions?.json).some(
    ({ role, permission }) => role === "Viewer" && Number(permission) >= 1,
  );
}

export const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map(object) : []);
export const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Prometheus and Loki put their answers into `data`. */
const dataOf = (answer: Answer): Json => object(object(answer.json)["data"]);

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // a page, or a proxy's error: the status says enough
  }
}

function present<T extends object>(values: T): { [Key in keyof T]: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: NonNullable<T[Key]>;
  };
}

function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error ? `${message} (${cause.message})` : (message.split("\n", 1)[0] ?? message);
}

export const withoutPassword = (url: string): string => url.replace(/\/\/[^/@]*@/, "//");
