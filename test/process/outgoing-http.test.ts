// A tool's own HTTP calls are children of the span that serves the tool, and carry its trace on.
import { describe, expect, it } from "vitest";
import { installedPackage, nodeBinary, type OtelLine } from "../support/homes.ts";
import { createSandbox } from "../support/sandbox.ts";
import { chainsOf } from "./chains.ts";
import { PRELOAD, traceProgram } from "./program.ts";

const CALLS = ["fetch", "module", "named"].map(
  (tool) => `CLIENT tools/call ${tool} > SERVER tools/call ${tool} > CLIENT GET > SERVER GET`,
);

describe("a tool's outgoing calls", () => {
  it.each<[OtelLine, string, () => Promise<string>]>([
    ["otel-2", "this Node", () => Promise.resolve(process.execPath)],
    ["otel-3", "Node 24", () => nodeBinary(24)],
  ])("by fetch and http.request, with %s on %s", async (line, _where, node) => {
    const sandbox = await createSandbox("process", "sdk-v1-latest");
    try {
      const words = ["--import", await installedPackage(line), "http.mjs"];
      const { spans } = await traceProgram(words, { cwd: sandbox.folder, node: await node() });

      expect(chainsOf(spans)).toEqual(expect.arrayContaining(CALLS));
      expect(spans).toHaveLength(4 * CALLS.length + 4); // and initialize, notifications/initialized, on both sides
      const paths = spans.map(({ attributes }) =>
        String(attributes["url.path"] ?? attributes["http.target"]),
      );
      for (const path of ["/fetch", "/module", "/named"]) expect(paths).toContain(path);
    } finally {
      sandbox.remove();
    }
  });

  it("are left alone where their instrumentation is switched off", async () => {
    const env = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "http,undici" };

    const { spans } = await traceProgram([...PRELOAD, "http.mjs"], { env });

    expect(chainsOf(spans)).toContain("CLIENT tools/call fetch > SERVER tools/call fetch");
    expect(new Set(spans.map(({ scope }) => scope))).toEqual(new Set(["mcp-otelkit"]));
  });
});
