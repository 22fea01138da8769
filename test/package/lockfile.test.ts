// A bare clone begins with `npm ci`, which refuses a lockfile that leaves out an optional package of another platform. npm itself
// writes such lockfiles: when it updates an existing node_modules (https://github.com/npm/cli/issues/4828), or when a registry
// mirror does not carry that platform.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./npm.ts";

interface Entry {
  version?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  packages: Record<string, Entry>;
};

it("has an entry for every optional package", () => {
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter((name) => !resolves(path, name)),
  );

  expect(missing).toEqual([]);
});

it("does not say where packages were fetched from", () => {
  expect(Object.keys(packages).filter((path) => packages[path]?.resolved?.includes("://"))).toEqual([]);
});

/** As Node would look it up: in the package's own node_modules, then in each one further out. */
function resolves(path: string, name: string): boolean {
  if (packages[`${path}${path && "/"}node_modules/${name}`]) return true;
  return path !== "" && resolves(path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/"))), name);
}
