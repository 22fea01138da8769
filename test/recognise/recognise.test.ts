// A few cells of `npm run prove -- recognise`, with what is installed for other tests.
import { symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createSandbox } from "../support/sandbox.ts";
import { judge, type Cell } from "./cell.ts";

const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const preload = new URL("../../dist/register.js", import.meta.url).href;

const V1 = "@modelcontextprotocol/sdk";
const V2 = "@modelcontextprotocol/server";

it.each<[string, Cell]>([
  ["sdk-v1-latest", { bundler: "esbuild", version: V1, format: "cjs", minify: true }],
  ["sdk-v1-latest", { bundler: "rolldown", version: V1, format: "esm", minify: true }],
  ["sdk-v2-latest", { bundler: "esbuild", version: V2, format: "esm", minify: true }],
  ["sdk-v2-latest", { bundler: "rolldown", version: V2, format: "cjs", minify: false }],
])("%s in a bundle is seen: %o", async (home, cell) => {
  const sandbox = await createSandbox("recognise", home);
  try {
    for (const name of ["esbuild", "rolldown"])
      symlinkSync(inRepository(`node_modules/${name}`), sandbox.path("node_modules", name), "junction");

    expect(await judge(cell, sandbox, preload)).toEqual([]);
  } finally {
    sandbox.remove();
  }
});
