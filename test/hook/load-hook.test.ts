import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { footerFor, withFooter } from "../../src/hook/loader/footer.ts";
import { HOOK_SYMBOL } from "../../src/hook/loader/hook-symbol.ts";
import { installLoadHook, syncHooksWork } from "../../src/hook/loader/load-hook.ts";
import { findSdkFile } from "../../src/hook/loader/targets.ts";

const root = mkdtempSync(join(tmpdir(), "mcp-otelkit-targets-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A package as npm installs it, under a folder of any name; the path of one of its files. */
function installed(name: string, version: string, file: string): string {
  const folder = join(root, `${name.replaceAll("/", "-")}-${version}`);
  mkdirSync(join(folder, "dist"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version }));
  return join(folder, "dist", file);
}

const V1 = "@modelcontextprotocol/sdk";

it.each([
  [V1, "1.10.0", "esm/shared/protocol.js", { format: "esm", supported: true }],
  [V1, "0.6.1", "shared/protocol.js", { format: "esm", supported: true }],
  [V1, "1.9.0", "cjs/server/mcp.js", { format: "cjs", supported: true }],
  [V1, "0.5.0", "shared/protocol.js", { format: "esm", supported: false }],
  [V1, "2.0.0", "esm/shared/uriTemplate.js", { format: "esm", supported: false }],
  [V1, "1.32.2-beta.1", "esm/shared/protocol.js", { format: "esm", supported: true }],
  [V1, "odd", "esm/shared/protocol.js", { format: "esm", supported: false }],
  ["@modelcontextprotocol/server", "2.0.0", "index.mjs", { format: "esm", supported: true }],
  ["@modelcontextprotocol/client", "2.9.9", "stdio.cjs", { format: "cjs", supported: true }],
  ["@modelcontextprotocol/client", "3.0.0", "index.cjs", { format: "cjs", supported: false }],
])("%s %s has its file %s", (name, version, file, expected) => {
  expect(findSdkFile(installed(name, version, file))).toEqual({ package: name, version, ...expected });
});

it("a file of another package, or another file of the SDK's, is none", () => {
  const others = [
    installed("left-pad", "1.0.0", "index.mjs"),
    installed(V1, "1.32.2", "esm/client/index.js"),
    installed("@modelcontextprotocol/server", "2.4.0", "esm/shared/protocol.js"),
    join(root, "nothing", "dist", "index.mjs"),
    "/dist/index.mjs",
    "",
  ];
  expect(others.map(findSdkFile)).toEqual(others.map(() => undefined));
});

it("a module of the SDK's gets a footer, and no other file", () => {
  const url = pathToFileURL(installed("@modelcontextprotocol/server", "2.4.0", "index.mjs")).href;
  const footer = footerFor(`${url}?query#hash`);

  expect(footer).toContain(HOOK_SYMBOL);
  expect(withFooter(url, { format: "module", source: "export {};" }).source).toBe(`export {};${footer}`);
  expect(withFooter(url, { format: "module", source: new TextEncoder().encode("export {};") }).source).toBe(
    `export {};${footer}`,
  );
  const untouched = [
    { format: "commonjs", source: "" },
    { format: "module", source: null },
    { format: "module" },
  ];
  untouched.forEach((loaded) => expect(withFooter(url, loaded)).toBe(loaded));
  for (const other of [
    "node:fs",
    "data:text/javascript,1",
    url.replace("index.mjs", "index.cjs"),
    url.replace("index", "other"),
  ]) {
    expect(footerFor(other)).toBeUndefined();
  }
});

it.each([
  ["20.20.2", false],
  ["22.22.2", false],
  ["22.22.3", true],
  ["22.23.0", true],
  ["23.11.0", false],
  ["24.11.0", false],
  ["24.11.1", true],
  ["25.0.0", false],
  ["25.1.0", true],
  ["26.0.0", true],
])("on Node %s hooks can run in this thread: %s", (version, works) => {
  expect(syncHooksWork(version)).toBe(works);
});

it("a loader that cannot be hooked ends nothing", () => {
  // Here the sources run, and the file for the loader's thread is only in the build: `module.register` throws.
  expect(() => installLoadHook(() => undefined)).not.toThrow();
});
