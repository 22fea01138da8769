// The files under collector/, as what reads them will see them.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export const COLLECTOR = fileURLToPath(new URL("../../collector/", import.meta.url));

export type Tree = { readonly [key: string]: unknown };

export const BASES = ["gateway", "agent", "loadbalancer"] as const;
export type Base = (typeof BASES)[number];

/** The base of an overlay; `undefined` is the user's own Collector. */
export const OVERLAYS: Readonly<Record<string, readonly (Base | undefined)[]>> = {
  "agent-bearer": ["agent"],
  bearer: BASES,
  "content-allowed": ["gateway"],
  "existing-pipeline": [undefined],
  "kafka-in": ["gateway"],
  "kafka-out": ["agent"],
  "remote-write": ["gateway"],
  scrape: ["gateway"],
  "short-lived": ["gateway"],
  "span-metrics": ["gateway"],
  "tail-sampling": ["gateway"],
  "tls-mtls": BASES,
  victorialogs: ["gateway"],
};

/** The overlays that README.md calls a choice: of these the last one counts. */
export const EITHER = ["remote-write", "scrape"];

/** What goes together on a base: each overlay alone, each two, and all at once. */
export function togetherOn(on: Base): string[][] {
  const names = Object.keys(OVERLAYS).filter((name) => OVERLAYS[name]?.includes(on));
  const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other]));
  const all = EITHER.map((choice) => names.filter((name) => name === choice || !EITHER.includes(name)));
  return [[], ...names.map((name) => [name]), ...pairs, ...(on === "gateway" ? all : [names])].filter(
    (set) => !EITHER.every((name) => set.includes(name)),
  );
}

export function read(path: string): string {
  return readFileSync(`${COLLECTOR}${path}`, "utf8");
}

/** YAML with merge keys, as the Collector, Jaeger and Compose read it. */
export function load(path: string): Tree {
  return parse(read(path), { merge: true }) as Tree;
}

export const base = (name: Base): Tree => load(`otelcol/${name}.yaml`);
export const overlay = (name: string): Tree => load(`otelcol/overlays/${name}.yaml`);

/** Every configuration of a Collector that makes sense, by a name for people. */
export function combinations(): [string, Tree][] {
  const all: [string, Tree][] = BASES.flatMap((on) =>
    togetherOn(on).map((names): [string, Tree] => [
      [on, ...names].join(" + "),
      names.reduce((tree, name) => merge(tree, overlay(name)), base(on)),
    ]),
  );
  return [...all, ["existing-pipeline", overlay("existing-pipeline")]];
}

/** As the Collector merges its files: maps are joined, everything else is replaced, lists included. */
export function merge(under: Tree, over: Tree): Tree {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isTree(old) && isTree(value) ? merge(old, value) : value;
  }
  return merged;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `at(tree, "service", "pipelines")`; an empty tree where there is none. */
export function at(tree: Tree, ...keys: string[]): Tree {
  let here: unknown = tree;
  for (const key of keys) here = isTree(here) ? here[key] : undefined;
  return isTree(here) ? here : {};
}

/** A list, also where it is the default of a variable. */
export function strings(value: unknown): string[] {
  const [, fallback] = /^\$\{env:\w+:-(\[.*\])\}$/.exec(String(value)) ?? [];
  const list: unknown = fallback === undefined ? value : parse(fallback);
  return Array.isArray(list) ? list.map(String) : [];
}

/** Rows of a table in the README between its two marks, without the head; cells trimmed. */
export function readmeTable(name: string): string[][] {
  const [, table = ""] =
    new RegExp(`<!-- table: ${name} -->\n(.*?)<!-- /table -->`, "s").exec(read("README.md")) ?? [];
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** Every file below a folder of collector/ with this ending. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(`${COLLECTOR}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`)
    .toSorted();
}

export const isThere = (path: string): boolean => existsSync(`${COLLECTOR}${path}`);
