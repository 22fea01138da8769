// A collector that is unreachable or hangs delays the end of a process by less than two seconds, after which MCP
// hosts kill. The limit here distinguishes this from an export's own time-out; `npm run prove -- exit` prints how
// long it takes.
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportingTo, PRELOAD } from "./program.ts";
import { startServer } from "./stdio-host.ts";
import { patience } from "../support/patience.ts";

/** Accepts connections and never answers. */
let blackHole: Server;
beforeAll(async () => {
  blackHole = createServer().listen(0, "127.0.0.1");
  await once(blackHole, "listening");
});
afterAll(() => void blackHole.close());

/** Says 503 to everything, over HTTP and, since that is no HTTP/2, over gRPC a word that it cannot read. */
let overloaded: Server;
beforeAll(async () => {
  overloaded = createHttpServer((_request, response) => response.writeHead(503).end()).listen(0, "127.0.0.1");
  await once(overloaded, "listening");
});
afterAll(() => void overloaded.close());

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const COLLECTORS: Readonly<Record<string, () => string>> = {
  "refuses connections": () => "http://127.0.0.1:1",
  "never answers": () => `http://127.0.0.1:${portOf(blackHole)}`,
  "answers 503": () => `http://127.0.0.1:${portOf(overloaded)}`,
  "is spoken to by TLS and has none": () => `https://localhost:${portOf(overloaded)}`,
  "has a name that nobody knows": () => "http://collector.invalid:4318",
};

/** How the process is ended, and how it must end. */
const ENDINGS = {
  "end of stdin": { code: 0, signal: null },
  SIGTERM: { code: null, signal: "SIGTERM" },
} as const;

describe.concurrent("with a collector that", () => {
  it.each<[string, string, keyof typeof ENDINGS, Record<string, string>]>([
    ["refuses connections", "http/protobuf", "end of stdin", {}],
    ["refuses connections", "grpc", "end of stdin", {}],
    ["never answers", "http/protobuf", "end of stdin", {}],
    ["never answers", "grpc", "end of stdin", {}],
    ["answers 503", "http/protobuf", "end of stdin", {}],
    ["answers 503", "grpc", "end of stdin", {}],
    ["is spoken to by TLS and has none", "http/protobuf", "end of stdin", {}],
    ["is spoken to by TLS and has none", "grpc", "end of stdin", {}],
    ["has a name that nobody knows", "http/protobuf", "end of stdin", {}],
    ["has a name that nobody knows", "grpc", "end of stdin", {}],
    ["refuses connections", "http/protobuf", "end of stdin", { OTEL_METRICS_EXPORTER: "otlp" }],
    ["never answers", "http/protobuf", "SIGTERM", {}],
    ["never answers", "http/protobuf", "end of stdin", { HABIT: "exit code 7" }],
    [
      "never answers",
      "http/protobuf",
      "end of stdin",
      { OTEL_CONFIG_FILE: "delivering.yaml", SERVICE: "server" },
    ],
    ["never answers", "http/protobuf", "end of stdin", { OTEL_EXPORTER_OTLP_TIMEOUT: "10000" }],
  ])("%s, %s, %s, %o", async (collector, protocol, ending, more) => {
    const url = COLLECTORS[collector]?.() ?? "";
    const env = { ...exportingTo(url, protocol), RECEIVER: url, ...more };
    const server = startServer([...PRELOAD, "stdio-server.mjs"], { env });
    await server.add(2, 3);
    const asked = performance.now();

    if (ending === "SIGTERM") server.child.kill(ending);
    else server.endInput();

    const { stderr, ...how } = await server.ended;
    expect(performance.now() - asked).toBeLessThan(patience(2_000));
    expect(how).toMatchObject({ ...ENDINGS[ending], ...(more["HABIT"] !== undefined && { code: 7 }) });
    // One line for all signals, and one more at the end, with the count.
    const [warning, ...others] = problemsIn(stderr);
    expect(warning).toMatch(/^mcp-otelkit: .*\(OTEL_(EXPORTER_OTLP_ENDPOINT|CONFIG_FILE)/);
    const exports = more["OTEL_METRICS_EXPORTER"] === "otlp" ? ", N metric exports" : "";
    const counted = more["OTEL_CONFIG_FILE"] === undefined ? [`mcp-otelkit: lost: 3 spans${exports}`] : [];
    // What was sent and not answered may have arrived, or not, unless the export has been given up before the end.
    const silent = collector === "never answers" ? "not confirmed before the process ended" : "lost";
    expect(
      others.map((line) => line.replace(/\d metric exports?$/, "N metric exports").replace(silent, "lost")),
    ).toEqual(counted);
  });

  // A running export keeps the process alive, before mcp-otelkit can notice the end.
  it.each(["http/protobuf", "grpc"])(
    "never answers an export that is under way already, %s",
    async (protocol) => {
      const silent = createServer().listen(0, "127.0.0.1");
      await once(silent, "listening");
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const server = startServer([...PRELOAD, "stdio-server.mjs"], { env: exportingTo(url, protocol) });
      await server.add(2, 3);
      await once(silent, "connection");
      await server.add(4, 5);
      const asked = performance.now();

      server.endInput();

      const { code, stderr } = await server.ended;
      silent.close();
      expect(performance.now() - asked).toBeLessThan(patience(2_000));
      expect(code).toBe(0);
      expect(problemsIn(stderr)).toEqual([
        expect.stringMatching(/^mcp-otelkit: cannot deliver spans to /),
        "mcp-otelkit: not confirmed before the process ended: 4 spans",
      ]);
    },
  );
});

function problemsIn(stderr: string): string[] {
  const usual = /, instrumented |: SIGTERM: 0 operations are running$/;
  return stderr.split("\n").filter((line) => line !== "" && !usual.test(line));
}
