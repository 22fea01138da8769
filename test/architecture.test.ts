// Checks the import arrows in CONTRIBUTING.md. A row of LAYERS is a layer and the imports it may have.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { importsOf } from "./support/imports-of.ts";

interface Layer {
  /** Other layers it may import, including types. */
  layers: string[];
  /** Packages it may load; `*` matches any ending. */
  packages?: string[];
  /** Packages it may import types from, beside those it may load. */
  types?: string[];
  /** Node's own modules: any of them, or only these. */
  node?: true | string[];
  maxLines?: number;
}

const LEAVES = ["semconv", "settings", "version"];
const OPENTELEMETRY = "@opentelemetry/*";
const API = "@opentelemetry/api";

/** A layer is a file or a folder directly in src, and src has no others. */
const LAYERS: Record<string, Layer> = {
  semconv: { layers: [] },
  settings: { layers: [], types: [API] },
  version: { layers: [] },
  operation: { layers: ["privacy", ...LEAVES], types: [API] },
  privacy: { layers: ["operation", ...LEAVES] },
  output: { layers: ["operation", "privacy", ...LEAVES], packages: [API], node: true },
  hook: { layers: ["operation", "privacy", "output", ...LEAVES], types: [OPENTELEMETRY], node: true },
  wire: {
    layers: ["operation", "privacy", "output", ...LEAVES],
    node: [
      "node:stream",
      "node:zlib",
      "node:string_decoder",
      "node:http",
      "node:https",
      "node:http2",
      "node:net",
      "node:tls",
    ],
  },
  signals: {
    layers: ["operation", "privacy", "output", ...LEAVES],
    packages: [API],
    node: ["node:fs", "node:crypto"],
  },
  wiring: { layers: ["hook", "signals", "wire", "operation", "output", ...LEAVES], types: [API] },
  admin: { layers: [], node: ["node:http", "node:net", "node:crypto"] },
  runtime: {
    layers: ["wiring", "admin", "operation", "privacy", "output", ...LEAVES],
    packages: [OPENTELEMETRY],
    node: true,
  },
  // The code that every process loads: it imports nothing from outside.
  preload: { layers: ["hook", "output", "runtime", ...LEAVES], types: [API] },
  // entries
  instrumentation: {
    layers: ["wiring", "runtime", "operation", "output", ...LEAVES],
    packages: [API, "@opentelemetry/instrumentation"],
  },
  flush: { layers: ["runtime"], maxLines: 39 },
  health: { layers: ["runtime", "admin"], maxLines: 39 },
  logger: { layers: ["signals"], maxLines: 39 },
  index: {
    layers: ["instrumentation", "flush", "health", "logger", "privacy", "settings"],
    maxLines: 39,
  },
  register: { layers: ["preload"], node: true, maxLines: 39 },
  cli: { layers: ["runtime", "admin", "wire", "output", "settings"], node: true },
};
const MAX_LINES = 250;
/** A table of rows at the top of a file may be of any length. */
const TABLE = /^(?:export )?const [A-Z][A-Z0-9_]*\b[^\n]*[[{(]\n(?:[ \t/*][^\n]*\n|\n)*^[\]})][^\n]*\n/gm;

describe("src", () => {
  const tree = readTree(fileURLToPath(new URL("../src", import.meta.url)));

  it("has files to look at", () => {
    expect(Object.keys(tree)).toContain("semconv.ts");
  });

  it("keeps to the arrows", () => {
    expect(violations(tree)).toEqual([]);
  });
});

describe("the checker sees", () => {
  const bad: Record<string, Record<string, string>> = {
    // walls of each layer
    "semconv.ts: semconv may not import version (./version.ts)": {
      "semconv.ts": 'import "./version.ts";',
      "version.ts": "",
    },
    [`operation/a.ts: operation may not load ${API}`]: {
      "operation/a.ts": `import { trace } from "${API}";`,
    },
    "operation/a.ts: operation may not load @modelcontextprotocol/sdk": {
      "operation/a.ts": 'import { S } from "@modelcontextprotocol/sdk/types.js";',
    },
    "operation/a.ts: operation may not load node:util": {
      "operation/a.ts": 'import { format } from "node:util";',
    },
    "hook/a.ts: hook may not import signals (../signals/b.ts)": {
      "hook/a.ts": 'import type { X } from "../signals/b.ts";',
      "signals/b.ts": "",
    },
    "hook/a.ts: hook may not load @modelcontextprotocol/server": {
      "hook/a.ts": 'import type { S } from "@modelcontextprotocol/server";',
    },
    "signals/a.ts: signals may not import hook (../hook/b.ts)": {
      "signals/a.ts": 'import { x } from "../hook/b.ts";',
      "hook/b.ts": "",
    },
    "signals/a.ts: signals may not load @opentelemetry/sdk-trace": {
      "signals/a.ts": 'import { x } from "@opentelemetry/sdk-trace";',
    },
    "runtime/a.ts: runtime may not import hook (../hook/b.ts)": {
      "runtime/a.ts": 'import { x } from "../hook/b.ts";',
      "hook/b.ts": "",
    },
    "admin/a.ts: admin may not load node:fs": { "admin/a.ts": 'import { readFileSync } from "node:fs";' },
    "index.ts: index may not load @opentelemetry/exporter-zipkin": {
      "index.ts": 'import { x } from "@opentelemetry/exporter-zipkin";',
    },
    "index.ts: index may not import hook (./hook/a.ts)": {
      "index.ts": 'export { x } from "./hook/a.ts";',
      "hook/a.ts": "",
    },
    // ways to import
    "hook/a.ts: hook may not load @opentelemetry/api": {
      "hook/a.ts": 'import {\n  type Span,\n  trace,\n} from "@opentelemetry/api";',
    },
    "hook/b.ts: hook may not load @opentelemetry/core": {
      "hook/b.ts": 'export * from "@opentelemetry/core";',
    },
    "hook/c.ts: hook may not load left-pad": { "hook/c.ts": "const { pad } = require('left-pad');" },
    "instrumentation.ts: instrumentation may not load @opentelemetry/sdk-node": {
      "instrumentation.ts": 'const { NodeSDK } = await import("@opentelemetry/sdk-node");',
    },
    "runtime/a.ts: runtime may not load @modelcontextprotocol/server": {
      "runtime/a.ts": 'createRequire(import.meta.url)("@modelcontextprotocol/server");',
    },
    "runtime/a.ts: runtime may not load left-pad": {
      "runtime/a.ts": 'const load = createRequire(import.meta.url);\nload("left-pad");',
    },
    // shape
    "circular: hook/a.ts > hook/b.ts > hook/c.ts > hook/a.ts": {
      "hook/a.ts": 'import { b } from "./b.ts";',
      "hook/b.ts": 'import { c } from "./c.ts";',
      "hook/c.ts": 'import { a } from "./a.ts";',
    },
    "index.ts: ./flush.js is no file of src": {
      "index.ts": 'export { x } from "./flush.js";',
      "flush.ts": "",
    },
    "utils/a.ts: src/utils has no row in LAYERS": { "utils/a.ts": "" },
    "version.ts: 251 lines, more than 250": { "version.ts": "\n".repeat(251) },
    "register.cts: 40 lines, more than 39": { "register.cts": "\n".repeat(40) },
    "version.ts: 252 lines, more than 250": {
      "version.ts": `export const ROWS = [\n${"  1,\n".repeat(300)}];\n${"\n".repeat(252)}`,
    },
    "hook/loadHook.ts: not kebab-case": { "hook/loadHook.ts": "" },
  };

  it.each(Object.entries(bad))("%s", (says, tree) => {
    expect(violations(tree)).toEqual([says]);
  });
});

/** Everything wrong with a tree of sources, as lines; paths are relative to src. */
function violations(tree: Record<string, string>): string[] {
  const edges = new Map<string, string[]>();
  const found: string[] = [];
  for (const [file, text] of Object.entries(tree)) {
    const name = file.split("/")[0]?.replace(/\.c?ts$/, "") ?? "";
    const layer = LAYERS[name];
    if (!layer) {
      found.push(`${file}: src/${name} has no row in LAYERS`);
      continue;
    }
    const lines = text.replaceAll(TABLE, "").split("\n").length - 1;
    const limit = layer.maxLines ?? MAX_LINES;
    if (lines > limit) found.push(`${file}: ${lines} lines, more than ${limit}`);
    if (!/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.c?ts$/.test(file))
      found.push(`${file}: not kebab-case`);
    for (const { name: specifier, type } of importsOf(text)) {
      if (specifier.startsWith(".")) {
        const path = join(dirname(file), specifier).split(sep).join("/");
        // What CommonJS requires is named as it is built.
        const target = file.endsWith(".cts") ? path.replace(/\.cjs$/, ".ts") : path;
        const other = target.split("/")[0]?.replace(/\.ts$/, "") ?? "";
        if (tree[target] === undefined) found.push(`${file}: ${specifier} is no file of src`);
        else if (other !== name && !layer.layers.includes(other))
          found.push(`${file}: ${name} may not import ${other} (${specifier})`);
        edges.set(file, [...(edges.get(file) ?? []), target]);
      } else if (!mayLoad(layer, specifier, type)) {
        found.push(`${file}: ${name} may not load ${packageOf(specifier)}`);
      }
    }
  }
  return [...found, ...circles(edges)];
}

function mayLoad(layer: Layer, specifier: string, type: boolean): boolean {
  if (specifier.startsWith("node:")) return layer.node === true || (layer.node ?? []).includes(specifier);
  const allowed = [...(layer.packages ?? []), ...(type ? (layer.types ?? []) : [])];
  return allowed.some((name) =>
    name.endsWith("*") ? specifier.startsWith(name.slice(0, -1)) : packageOf(specifier) === name,
  );
}

function packageOf(specifier: string): string {
  return specifier.startsWith("node:")
    ? specifier
    : specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/**
 * Type imports count too: files that import each other's types cannot be separated. Each cycle is reported once, from
 * its first file.
 */
function circles(edges: Map<string, string[]>): string[] {
  const told = new Set<string>();
  const walk = (path: string[]): void => {
    for (const next of edges.get(path.at(-1) ?? "") ?? []) {
      const at = path.indexOf(next);
      if (at === -1) walk([...path, next]);
      else if (path.slice(at).every((file) => file >= next))
        told.add(`circular: ${[...path.slice(at), next].join(" > ")}`);
    }
  };
  for (const file of edges.keys()) walk([file]);
  return [...told];
}

function readTree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path).split(sep).join("/"), readFileSync(path, "utf8")];
    }),
  );
}
