// Each mistake causes one line on stderr, which names what to check, and nothing else: the program runs as without
// mcp-otelkit.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installedPackage, type OtelLine } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { runProgram, type Ended } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

const NOBODY = "http://127.0.0.1:1";

interface Mistake {
  readonly env: Readonly<Record<string, string>>;
  /** The line, after the name mcp-otelkit; or the lines, in any order. */
  readonly says: RegExp | readonly RegExp[];
}

const OURS: readonly Mistake[] = [
  {
    env: { OTEL_TRACES_EXPORTER: "zipkin" },
    says: /^OTEL_TRACES_EXPORTER names the exporter "zipkin", which is none of otlp, console, none; /,
  },
  {
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: "pigeon", OTEL_TRACES_EXPORTER: "none" },
    says: /^OTEL_EXPORTER_OTLP_PROTOCOL=pigeon is none of grpc, http\/protobuf, http\/json; /,
  },
  {
    env: { OTEL_BSP_SCHEDULE_DELAY: "soon", OTEL_TRACES_EXPORTER: "none" },
    says: /^OTEL_BSP_SCHEDULE_DELAY=soon is not a number/,
  },
  {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "not a url" },
    says: /^OTEL_EXPORTER_OTLP_ENDPOINT=\(not shown\) is not an http:\/\/ or https:\/\/ URL: traces cannot be sent there; /,
  },
  {
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "not a url", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    says: /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=\(not shown\) is not a URL: traces cannot be sent there; /,
  },
  {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: NOBODY },
    says: /^(?:cannot deliver spans to|the last spans were not confirmed by) http:\/\/127\.0\.0\.1:1 \(OTEL_EXPORTER_OTLP_ENDPOINT, http\/protobuf\)/,
  },
  {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://me:secret@127.0.0.1:1?key=secret",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    },
    says: /^(?:cannot deliver spans to|the last spans were not confirmed by) http:\/\/127\.0\.0\.1:1 \(OTEL_EXPORTER_OTLP_ENDPOINT, grpc\)/,
  },
  // Three exporters read it, and one line says so; exports that need no certificate continue.
  ...["http/protobuf", "grpc"].map((protocol) => ({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://127.0.0.1:1",
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_CERTIFICATE: "/nowhere.pem",
      OTEL_TRACES_EXPORTER: "otlp,console",
    },
    says: [
      /^warn: Failed to read root certificate file \(OTEL_EXPORTER_OTLP_CERTIFICATE\)$/,
      /^(?:cannot deliver|the last) .*https:\/\/127\.0\.0\.1:1/,
    ],
  })),
  {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://127.0.0.1:1",
      OTEL_EXPORTER_OTLP_CLIENT_KEY: "/nowhere.pem",
    },
    says: [
      /^warn: Failed to read client certificate private key file \(OTEL_EXPORTER_OTLP_CLIENT_KEY\)$/,
      /^(?:cannot deliver|the last) .*https:\/\/127\.0\.0\.1:1/,
    ],
  },
];

/** The text is OpenTelemetry's, so each of its lines is checked. */
const THEIRS: readonly Mistake[] = [
  {
    env: { OTEL_TRACES_SAMPLER: "sometimes", OTEL_TRACES_EXPORTER: "console" },
    says: /^error: OTEL_TRACES_SAMPLER=sometimes is none of always_on, .*; using the default$/,
  },
  {
    env: { OTEL_PROPAGATORS: "smoke", OTEL_TRACES_EXPORTER: "none" },
    says: /^warn: OTEL_PROPAGATORS names "smoke", which is none of tracecontext, /,
  },
  {
    env: { OTEL_CONFIG_FILE: "/nowhere.yaml" },
    says: /^error: Could not load .*ENOENT.*\/nowhere\.yaml.*\(OTEL_CONFIG_FILE\)$/,
  },
  {
    env: { OTEL_CONFIG_FILE: "malformed.yaml" },
    says: /^error: Could not load .*malformed\.yaml.*\(OTEL_CONFIG_FILE\)$/,
  },
  {
    env: { OTEL_CONFIG_FILE: "refused.yaml" },
    says: /^the last telemetry did not get where refused\.yaml says \(OTEL_CONFIG_FILE\): .*ECONNREFUSED/,
  },
];

const CASES: [OtelLine, readonly Mistake[]][] = [
  ["otel-2", [...OURS, ...THEIRS]],
  ["otel-3", THEIRS],
];

const FILES = {
  "malformed.yaml": 'file_format: "1.0"\ntracer_provider: [',
  "refused.yaml": `file_format: "1.0"
tracer_provider:
  processors:
    - batch: { exporter: { otlp_grpc: { endpoint: "${NOBODY}", tls: { insecure: true } } } }
`,
};

let sandbox: Sandbox;
let without: Ended;
beforeAll(async () => {
  sandbox = await createSandbox("process", "sdk-v1-latest");
  for (const [file, text] of Object.entries(FILES)) writeFileSync(sandbox.path(file), text);
  without = await runProgram(["v1.mjs"], { cwd: sandbox.folder });
});
afterAll(() => sandbox.remove());

describeVariants(CASES, { concurrent: true }, (line, mistakes) => {
  it.each(mistakes.map((mistake) => [inShell(mistake), mistake] as const))(
    "%s",
    async (_how, { env, says }) => {
      const { stderr, ...outcome } = await runProgram(["--import", await installedPackage(line), "v1.mjs"], {
        cwd: sandbox.folder,
        env,
      });

      const problems = problemsIn(stderr).filter((problem) => !/^(?:lost|not confirmed)\b/.test(problem)); // what it cost
      const expected = [says].flat();
      expect(problems.toSorted(), "problems").toHaveLength(expected.length);
      for (const one of expected) expect(problems).toContainEqual(expect.stringMatching(one));
      expect(stderr).not.toContain("secret");
      expect({ ...outcome, stderr: "" }).toEqual(without);
    },
  );
});

/** The lines of mcp-otelkit, without the start-up line that every process prints; any other line fails. */
function problemsIn(stderr: string): string[] {
  const lines = stderr.split("\n").filter((line) => line !== "" && !line.startsWith('{"name":'));
  for (const line of lines) expect(line).toMatch(/^mcp-otelkit: (?!.* {4}at )/);
  const ours = lines.map((line) => line.replace(/^mcp-otelkit: /, ""));
  return ours.filter((line) => !/^\S+, instrumented @modelcontextprotocol\/sdk/.test(line));
}

function inShell({ env }: Mistake): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
