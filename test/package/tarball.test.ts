// What a user downloads: the built files, the pipeline's and the four pages beside them, and nothing that points outside of it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { pack, root } from "./npm.ts";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, string | Record<string, string>>;
  bin?: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};

it("packs dist, the pipeline and four pages, each file of dist from a file of src", async () => {
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.c?ts$/.test(file),
  );
  const built = sources.flatMap((file) => [
    file.replace(/\.(c?)ts$/, ".$1js"),
    file.replace(/\.(c?)ts$/, ".d.$1ts"),
  ]);

  const { files } = await pack("--dry-run");

  const expected = [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "package.json",
    ...built.map((file) => `dist/${file}`),
    ...filesBelow("collector").map((file) => `collector/${file}`),
  ];
  expect(files.map((file) => file.path).toSorted()).toEqual(expected.toSorted());
});

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(relative(join(root, folder), entry.parentPath), entry.name));
}

it("exports files that exist", () => {
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === "string" ? target : Object.values(target),
  );

  const missing = [...targets, ...Object.values(manifest.bin ?? {})].filter(
    (target) => !existsSync(join(root, target)),
  );

  expect(missing).toEqual([]);
});

it("resolves by its own name", () => {
  const { resolve } = createRequire(join(root, "package.json"));

  expect(resolve("mcp-otelkit")).toBe(join(root, "dist", "index.js"));
  expect(resolve("mcp-otelkit/register")).toBe(join(root, "dist", "register.js"));
  expect(resolve("mcp-otelkit/register.cjs")).toBe(join(root, "dist", "register.cjs"));
  expect(resolve("mcp-otelkit/package.json")).toBe(join(root, "package.json"));
  expect(() => resolve("mcp-otelkit/dist/index.js")).toThrow(/not defined by "exports"/);
});

it("names in its types only packages that come with it", () => {
  const declared = new Set([
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.peerDependencies),
  ]);
  const declarations = reachableFrom(["index.d.ts", "register.d.ts"]);
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
