// The package as a user gets it: packed, installed into an empty folder, loaded by name.
import { readdirSync, statSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { npm, pack, run } from "./npm.ts";

describe("the installed package", { tags: ["slow"] }, () => {
  let app: string;

  beforeAll(async () => {
    app = await mkdtemp(join(tmpdir(), "mcp-otelkit-installed-"));
    await writeFile(join(app, "package.json"), JSON.stringify({ name: "app", private: true }));
    const { filename } = await pack("--pack-destination", app);
    await npm(["install", `./${filename}`, "--prefer-offline"], app);
  }, 180_000);

  afterAll(async () => {
    await rm(app, { recursive: true, force: true });
  });

  it("gives the same names to import and to require", async () => {
    const imported = await node(
      'import("mcp-otelkit").then((kit) => console.log(JSON.stringify(Object.keys(kit))))',
    );
    const required = await node('console.log(JSON.stringify(Object.keys(require("mcp-otelkit"))))');

    const names = JSON.parse(imported.stdout) as string[];
    expect(names).toContain("McpInstrumentation");
    expect((JSON.parse(required.stdout) as string[]).toSorted()).toEqual(names.toSorted());
  });

  it("loads the API for a logger, and neither an SDK nor an instrumentation", async () => {
    const loaded = await loadedBy('require("mcp-otelkit/logger")');

    expect(loaded.filter((file) => /@opentelemetry.api\b/.test(file))).not.toEqual([]);
    expect(
      loaded.filter((file) => /dist.(sdk|telemetry|part-(opentelemetry|instrumentation|wiring))/.test(file)),
    ).toEqual([]);
  });

  it("loads no OpenTelemetry SDK with the whole of its public surface", async () => {
    const loaded = await loadedBy('require("mcp-otelkit")');

    expect(loaded.filter((file) => /dist.(sdk|exporters|part-(opentelemetry|exporting))/.test(file))).toEqual(
      [],
    );
  });

  it("leaves a program without MCP alone when preloaded, but for one line on stderr", async () => {
    const preloaded = await run(
      process.execPath,
      ["--import", "mcp-otelkit/register", "-e", 'console.log("mine")'],
      app,
    );

    expect(preloaded.stdout).toBe("mine\n");
    expect(preloaded.stderr).toMatch(/^(mcp-otelkit: [^\n]*\n)?$/);
  });

  it("brings itself and the API, and less than 8 MB", async () => {
    const list = JSON.parse(await readFile(join(app, "node_modules", ".package-lock.json"), "utf8")) as {
      packages: Record<string, unknown>;
    };
    expect(Object.keys(list.packages).toSorted()).toEqual([
      "node_modules/@opentelemetry/api",
      "node_modules/mcp-otelkit",
    ]);
    expect(bytesBelow(join(app, "node_modules", "mcp-otelkit"))).toBeLessThan(8_000_000);
    // Fails on a peer that is missing or out of range.
    await npm(["ls", "--all"], app);
  });

  async function loadedBy(code: string): Promise<string[]> {
    return (await node(`${code}; console.log(Object.keys(require.cache).join("\\n"))`)).stdout.split("\n");
  }

  async function node(script: string) {
    return await run(process.execPath, ["-e", script], app);
  }
});

function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
