// OpenTelemetry itself reads OTEL_CONFIG_FILE; mcp-otelkit makes it work from a preload and keeps stdout clean.
import { afterAll, beforeAll, expect, it } from "vitest";
import { installedPackage, type OtelLine } from "../support/homes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { chainsOf } from "./chains.ts";
import { runProgram } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

describeVariants<[OtelLine]>([["otel-2"], ["otel-3"]], {}, (line) => {
  let sandbox: Sandbox;
  let preload: string[];
  beforeAll(async () => {
    sandbox = await createSandbox("process", "sdk-v1-latest", line);
    preload = ["--import", await installedPackage(line)];
  });
  afterAll(() => sandbox.remove());

  it("delivers where the file says, with its resource and propagator", async () => {
    const receiver = await startOtlpReceiver();
    const env = {
      OTEL_CONFIG_FILE: "delivering.yaml",
      RECEIVER: receiver.url,
      SERVICE: "from-the-file",
      OTEL_SERVICE_NAME: "ignored",
    };
    try {
      const { stdout, stderr } = await runProgram([...preload, "meta.mjs"], { cwd: sandbox.folder, env });

      expect(stderr).toMatch(
        /^mcp-otelkit: .*; telemetry goes where delivering\.yaml says \(OTEL_CONFIG_FILE\)\n$/,
      );
      expect(chainsOf(receiver.spans())).toContain("CLIENT tools/call meta > SERVER tools/call meta");
      expect(new Set(receiver.spans().map((span) => span.service))).toEqual(new Set(["from-the-file"]));
      expect(Object.keys(JSON.parse(stdout) as object)).toEqual(["b3"]);
    } finally {
      await receiver.close();
    }
  });

  it("prints on stderr what the file sends to the console", async () => {
    const env = { OTEL_CONFIG_FILE: "printing.yaml" };

    const { stdout, stderr, code } = await runProgram([...preload, "three-signals.mjs"], {
      cwd: sandbox.folder,
      env,
    });

    expect({ stdout, code }).toEqual({ stdout: "", code: 0 });
    expect(stderr).toContain("name: 'tools/call work'");
    expect(stderr).toContain("name: 'widgets.made'");
    expect(stderr).toContain("body: 'a widget was made'");
  });
});
