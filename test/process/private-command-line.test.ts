// The resource describes how the process was started, without secrets.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installedPackage, type OtelLine } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { traceProgram } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

const SECRETS = ["--api-key", "s3cret", "--token=s3cret", "-ps3cret", "s3cret"];
const HARMLESS = ["--api-key", "REDACTED", "--token=REDACTED", "-pREDACTED", "REDACTED"];

const DETECTING = `file_format: "1.0"
resource:
  detection/development:
    detectors: [{ process: }]
tracer_provider:
  processors:
    - batch: { exporter: { otlp_http: { endpoint: "\${RECEIVER}/v1/traces" } } }
`;

describeVariants<[OtelLine]>([["otel-2"], ["otel-3"]], {}, (line) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox("process", "sdk-v1-latest");
    writeFileSync(sandbox.path("detecting.yaml"), DETECTING);
  });
  afterAll(() => sandbox.remove());

  const resourceOf = async (env: Record<string, string>) => {
    const words = ["--import", await installedPackage(line), sandbox.path("v1.mjs"), ...SECRETS];
    const { spans } = await traceProgram(words, { cwd: sandbox.folder, env });
    expect(spans).not.toEqual([]);
    return spans[0]?.resource ?? {};
  };

  it.each([{}, { OTEL_NODE_RESOURCE_DETECTORS: "process" }, { OTEL_CONFIG_FILE: "detecting.yaml" }])(
    "%o: flags, and no values",
    async (env: Record<string, string>) => {
      const resource = await resourceOf(env);

      expect(resource).toMatchObject({
        "process.pid": expect.any(Number) as unknown,
        "process.executable.name": "node",
        "process.command": sandbox.path("v1.mjs"),
        "process.command_args": [
          process.execPath,
          "--import",
          "REDACTED",
          sandbox.path("v1.mjs"),
          ...HARMLESS,
        ],
      });
      expect(JSON.stringify(resource)).not.toContain("s3cret");
    },
  );

  it("OTEL_NODE_RESOURCE_DETECTORS=host: nothing of the process at all", async () => {
    const resource = await resourceOf({ OTEL_NODE_RESOURCE_DETECTORS: "host" });

    expect(resource).toHaveProperty(["host.name"]);
    expect(Object.keys(resource).filter((name) => name.startsWith("process."))).toEqual([]);
  });
});
