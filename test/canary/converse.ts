// One conversation of `test/fixtures/canary`, both ends under the preload, and everything that came out of them.
import { mkdtempSync, openSync, readFileSync, readdirSync, rmSync, closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { markOf } from "../fixtures/canary/marks.mjs";
import { startProgram, PRELOAD, type Running } from "../process/program.ts";
import { lookAround } from "./look-around.ts";
import type { Piece } from "./places.ts";
import type { Setting } from "./settings.ts";
import { startOtlpTap } from "./tap.ts";
import type { Way } from "./ways.ts";
import { patience } from "../support/patience.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures/", import.meta.url));
const PROGRAMS = join(FIXTURES, "canary");
const HUNG_AFTER_MS = patience(20_000);

export interface Conversation {
  /** Everything that was exported or printed, but for the protocol and for what the application itself printed. */
  readonly pieces: readonly Piece[];
  /** The fields that were said. */
  readonly said: ReadonlySet<string>;
  /** How the steps went, as the client saw them. */
  readonly steps: readonly string[];
  /** What the application printed on the server's stdout beside the protocol. */
  readonly strayed: string;
}

/** Every exporter, diagnostic and level there is. */
const LOUD = {
  OTEL_TRACES_EXPORTER: "otlp,console",
  OTEL_METRICS_EXPORTER: "otlp,console,prometheus",
  OTEL_LOGS_EXPORTER: "otlp,console",
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_LOG_LEVEL: "verbose",
  OTEL_INSTRUMENTATION_MCP_LOG_LEVEL: "DEBUG",
  OTEL_INSTRUMENTATION_MCP_LOG_LINES: "on",
  OTEL_INSTRUMENTATION_MCP_SLOW_MS: "1",
};
/** Empty is as if it were not set. */
const PLAIN = {
  OTEL_METRICS_EXPORTER: "otlp,prometheus",
  OTEL_LOGS_EXPORTER: "",
  OTEL_INSTRUMENTATION_MCP_LOG_LINES: "",
};

export async function converse(way: Way, setting: Setting): Promise<Conversation> {
  const folder = mkdtempSync(join(tmpdir(), "canary-"));
  const tap = await startOtlpTap();
  const running: Running[] = [];
  const files = { said: join(folder, "said"), serverStderr: join(folder, "server-stderr") };
  closeSync(openSync(files.serverStderr, "a"));
  const start = (service: string, words: string[]): Running => {
    const started = startProgram([...PRELOAD, ...words], {
      cwd: PROGRAMS,
      hungAfterMs: HUNG_AFTER_MS,
      env: {
        OTEL_SERVICE_NAME: service,
        OTEL_EXPORTER_OTLP_ENDPOINT: tap.url.replace("//", `//ann:${markOf("otlp-endpoint-password")}@`),
        OTEL_EXPORTER_OTLP_HEADERS: `x-note=${markOf("otlp-header")}`,
        OTEL_EXPORTER_PROMETHEUS_PORT: "0",
        OTEL_INSTRUMENTATION_MCP_ADMIN: "on",
        OTEL_INSTRUMENTATION_MCP_ADMIN_TOKEN: markOf("admin-token"),
        CANARY_SAID: files.said,
        CANARY_SERVER_STDERR: files.serverStderr,
        API_KEY: markOf("env-secret"),
        GREETING: markOf("env-value"),
        ...(setting.quiet ? PLAIN : LOUD),
        ...setting.env,
      },
    });
    started.ended.catch(() => undefined); // told where it is awaited, after what else is to be told
    running.push(started);
    return started;
  };
  try {
    const words = ["--", `--token=${markOf("client-argv-key")}`, markOf("client-argv-word")];
    const argv = [
      `--api-key=${markOf("argv-key")}`,
      "--password",
      markOf("argv-password"),
      markOf("argv-word"),
    ];
    const overHttp = way.over.startsWith("http");
    const program = `${way.sdk}-server.mjs`;
    const server = overHttp ? start("server", [program, way.over, ...argv]) : undefined;
    const where =
      server === undefined
        ? [
            process.execPath,
            join(FIXTURES, "conversations", "tee.mjs"),
            folder,
            process.execPath,
            ...PRELOAD,
            program,
            way.over,
          ]
        : [await firstLineOf(server)];
    const client = start("client", [`${way.sdk}-client.mjs`, way.over, ...where, ...words]);
    const clientStderr = collect(client);
    const serverStderr =
      server === undefined ? () => readFileSync(files.serverStderr, "utf8") : collect(server);

    await client.printed("look around");
    const pages = [
      ...(await lookAround("client", clientStderr)),
      ...(await lookAround("server", serverStderr)),
    ];
    client.child.stdin?.end("go on\n");
    const ended = await client.ended;
    server?.child.stdin?.end();
    const serverStdout =
      server === undefined ? withoutProtocol(teed(folder)) : (await server.ended).stdout.replace(/^.*\n/, "");

    const own = (text: string): string => withoutOwn(text, setting.env["CANARY_PLANT"] !== undefined);
    return {
      pieces: [
        ...tap.pieces,
        ...pages,
        { channel: "stderr", who: "client", text: own(ended.stderr) },
        { channel: "stderr", who: "server", text: own(serverStderr()) },
        { channel: "stdout", who: "server", text: own(serverStdout) },
        { channel: "stdout", who: "client", text: ended.stdout },
      ],
      said: new Set([...readFileSync(files.said, "utf8").split("\n").filter(Boolean), ...SAID_OUTSIDE]),
      steps: ended.stdout.split("\n").filter(Boolean),
      strayed: serverStdout,
    };
  } finally {
    for (const { child } of running) child.kill("SIGKILL");
    await tap.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Said by whoever starts the programs. */
const SAID_OUTSIDE = [
  "otlp-header",
  "otlp-endpoint-password",
  "admin-token",
  "client-argv-key",
  "client-argv-word",
  "argv-key",
  "argv-password",
  "argv-word",
  "env-secret",
  "env-value",
];

async function firstLineOf(server: Running): Promise<string> {
  let text = "";
  server.child.stdout?.on("data", (chunk: string) => (text += chunk));
  await server.printed("\n");
  return text.slice(0, text.indexOf("\n"));
}

function collect({ child }: Running): () => string {
  let text = "";
  child.stderr?.on("data", (chunk: string) => (text += chunk));
  return () => text;
}

/** What the server of a stdio client wrote on its stdout. */
function teed(folder: string): string {
  const records = readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
  return records
    .map((name) => (JSON.parse(readFileSync(join(folder, name), "utf8")) as { toClient: string }).toClient)
    .join("");
}

function withoutProtocol(stdout: string): string {
  return stdout.replaceAll(/^\{.*"jsonrpc":"2\.0".*\n/gm, "");
}

/** The lines that the server itself prints; once each, so that nobody repeats them unseen. */
function withoutOwn(text: string, planted: boolean): string {
  const own = [
    markOf("stray-stderr"),
    markOf("stray-stdout"),
    JSON.stringify({ note: markOf("stray-stdout-json") }),
  ];
  return planted ? text : own.reduce((rest, line) => rest.replace(`${line}\n`, ""), text);
}
