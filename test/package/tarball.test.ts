// What a user downloads: the built files, the pipeline's and the four pages beside them, and nothing that points outside of it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { pack, root } from "./npm.ts";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, unknown>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies: Record<string, string>;
};

it("packs what the build has made, the pipeline and four pages", async () => {
  const { files } = await pack("--dry-run");

  const expected = [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "package.json",
    ...["dist", "collector"].flatMap((folder) => filesBelow(folder).map((file) => `${folder}/${file}`)),
  ];
  expect(files.map((file) => file.path).toSorted()).toEqual(expected.toSorted());
});

it("needs the OpenTelemetry API and nothing else", () => {
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(Object.keys(manifest.peerDependencies)).toEqual(["@opentelemetry/api"]);

  const required = filesBelow("dist").flatMap((file) => {
    if (!/\.c?js$/.test(file)) return [];
    const text = readFileSync(join(root, "dist", file), "utf8");
    return [...text.matchAll(/\brequire\("([^".][^"]*)"\)|\bfrom "([^".][^"]*)"/g)].map(
      ([, one, other]) => one ?? other ?? "",
    );
  });
  const packages = new Set(required.filter((name) => !isBuiltin(name)));

  // Node's own modules aside; what a package asks for inside a \`try\` is its own affair.
  expect([...packages].filter((name) => !OPTIONAL.includes(name))).toEqual(["@opentelemetry/api"]);
});

/** Packages that an embedded one uses where they are installed. */
const OPTIONAL: readonly string[] = [];

it("states the licence of every package that it embeds, all of them permissive", () => {
  const sbom = JSON.parse(readFileSync(join(root, "dist", "sbom.cdx.json"), "utf8")) as {
    components: { name: string; version: string; licenses: { license: { id: string } }[] }[];
  };
  const notices = readFileSync(join(root, "dist", "THIRD-PARTY-NOTICES.txt"), "utf8");

  const names = sbom.components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["@opentelemetry/sdk-trace", "@grpc/grpc-js", "yaml"]));
  for (const { name, version, licenses } of sbom.components) {
    expect(licenses.map(({ license }) => license.id)).toEqual([
      expect.stringMatching(/^(Apache-2\.0|MIT|BSD-|ISC)/),
    ]);
    expect(notices).toContain(`${name} ${version} (`);
  }
  expect(notices).toContain("Copyright (c) 2019 Zachary Rice"); // of rules that are data in src/
});

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(relative(join(root, folder), entry.parentPath), entry.name));
}

/** The files of an `exports`, whatever conditions lead to them. */
function targetsIn(exports: unknown): string[] {
  return typeof exports === "string" ? [exports] : Object.values(exports as object).flatMap(targetsIn);
}

it("exports files that exist", () => {
  const targets = targetsIn(manifest.exports);

  const missing = [...targets, ...Object.values(manifest.bin ?? {})].filter(
    (target) => !existsSync(join(root, target)),
  );

  expect(missing).toEqual([]);
});

it("resolves by its own name, to a CommonJS file and to an ES module", () => {
  const { resolve } = createRequire(join(root, "package.json"));

  for (const name of ["index", "register", "instrumentation", "logger", "health", "flush"]) {
    const specifier = name === "index" ? "mcp-otelkit" : `mcp-otelkit/${name}`;
    expect(resolve(specifier)).toBe(join(root, "dist", `${name}.cjs`));
    expect(import.meta.resolve(specifier)).toBe(pathToFileURL(join(root, "dist", `${name}.js`)).href);
  }
  expect(resolve("mcp-otelkit/register.cjs")).toBe(join(root, "dist", "register.cjs"));
  expect(resolve("mcp-otelkit/package.json")).toBe(join(root, "package.json"));
  expect(() => resolve("mcp-otelkit/dist/index.js")).toThrow(/not defined by "exports"/);
});

it("names in its types only packages that come with it", () => {
  const declared = new Set([
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies),
  ]);
  const declarations = reachableFrom(
    ["index", "register", "instrumentation", "logger", "health", "flush"].map((name) => `${name}.d.ts`),
  );
  expect(declarations.length).toBeGreaterThan(5);

  const foreign = declarations.flatMap((file) => {
    const text = readFileSync(join(root, "dist", file), "utf8").replace(/\/\*[\s\S]*?\*\//g, ""); // examples in comments import too
    const specifiers = [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*"([^".][^"]*)"/g)].map(
      (match) => match[1] ?? "",
    );
    const packages = specifiers
      .filter((name) => !name.startsWith("node:"))
      .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
    return packages.filter((name) => !declared.has(name)).map((name) => `${file}: ${name}`);
  });

  expect(foreign).toEqual([]);
});

/** The declarations that a user's compiler reads; what lies behind them may name what only we have installed. */
function reachableFrom(entries: readonly string[]): string[] {
  const reached = new Set(entries);
  for (const file of reached) {
    const text = readFileSync(join(root, "dist", file), "utf8");
    for (const [, specifier = ""] of text.matchAll(/\bfrom\s*"(\.[^"]+)"/g)) {
      reached.add(join(file, "..", specifier.replace(/\.(?:js|ts)$/, ".d.ts")));
    }
  }
  return [...reached];
}
