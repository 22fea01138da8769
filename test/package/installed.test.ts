// The package as a user gets it: packed, installed into an empty folder, loaded by name.
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
    // Node adds this one when it requires an ES module that has no default export.
    expect(
      (JSON.parse(required.stdout) as string[]).filter((name) => name !== "__esModule").toSorted(),
    ).toEqual(names.toSorted());
  });

  it("loads no OpenTelemetry SDK with its public surface", async () => {
    // Where Node has no such hooks, npm chose the line of OpenTelemetry that is CommonJS and so shows in the cache.
    const script = `
      const seen = [];
      require("node:module").registerHooks?.({ load: (url, context, next) => (seen.push(url), next(url, context)) });
      require("mcp-otelkit");
      console.log([...seen, ...Object.keys(require.cache)].join("\\n"));`;

    const loaded = (await node(script)).stdout.split("\n");

    expect(loaded.filter((file) => /@opentelemetry.api\b/.test(file))).not.toEqual([]);
    expect(loaded.filter((file) => /@opentelemetry.(sdk|exporter)-/.test(file))).toEqual([]);
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

  it("brings one coherent line of OpenTelemetry", async () => {
    const installed = await packagesIn(join(app, "node_modules"));

    const ofOneLine = installed.filter(
      ({ name }) => name.startsWith("@opentelemetry/") && !BOTH_LINES.includes(name),
    );
    const lines = new Set(ofOneLine.map(({ name, version }) => lineOf(name, version)));
    expect([...lines], JSON.stringify(ofOneLine)).toHaveLength(1);
    for (const name of SINGLE)
      expect(
        installed.filter((one) => one.name === name),
        name,
      ).toHaveLength(1);
    // Fails on a peer that is missing or out of range.
    await npm(["ls", "--all"], app);
  });

  async function node(script: string) {
    return await run(process.execPath, ["-e", script], app);
  }
});

// The state that all of a process shares lives in these: a second copy would be a second world. (Of the others npm may well install
// two patch releases, since OpenTelemetry's packages name each other by exact version.)
const SINGLE = ["@opentelemetry/api", "import-in-the-middle", "require-in-the-middle"];

/** Released together, so the version of one package says which line it is of. */
const LINES: Record<string, string> = {
  "2": "2.x",
  "0.223": "2.x",
  "0.33": "2.x",
  "0.36": "2.x",
  "3": "3.x",
  "0.300": "3.x",
  "0.301": "3.x",
  "0.34": "3.x",
  "0.37": "3.x",
};
const BOTH_LINES = ["@opentelemetry/api", "@opentelemetry/semantic-conventions"];

function lineOf(name: string, version: string): string {
  const [major = "", minor = ""] = version.split(".");
  return LINES[major === "0" ? `0.${minor}` : major] ?? `${name}@${version} is of no known line`;
}

/** Every installed package, nested copies included, from the list that npm leaves in node_modules. */
async function packagesIn(modules: string): Promise<{ name: string; version: string }[]> {
  const list = JSON.parse(await readFile(join(modules, ".package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string }>;
  };
  return Object.entries(list.packages).map(([path, { version }]) => ({
    name: path.slice(path.lastIndexOf("node_modules/") + 13),
    version,
  }));
}
