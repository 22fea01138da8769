// What the API server is shown, and a line of the table for what becomes of it.
import { parseAllDocuments } from "yaml";
import { read, type Tree } from "../collector/files.ts";
import { KUBERNETES, OVERLAYS, named } from "../collector/kubernetes/objects.ts";
import { isTaken, reasonOf, type Answer } from "./api.ts";

export interface Source {
  readonly name: string;
  readonly objects: readonly Tree[];
  /** Applied for real as well. A base is a part of overlays. */
  readonly whole: boolean;
}

const BASES = ["namespace", "server", "agent", "gateway", "loadbalancer"];
const ADMISSION = "admission/preload.yaml";

/** The namespace of overlays/preload: third-party servers, in a namespace that is not in the manifests. */
export const THEIRS = "tools";

export async function sources(build: (folder: string) => Promise<Tree[]>): Promise<Source[]> {
  const folders = [...BASES.map((name) => `base/${name}`), ...OVERLAYS.map((name) => `overlays/${name}`)];
  const built: Source[] = [];
  for (const name of folders)
    built.push({ name, objects: await build(`${KUBERNETES}${name}`), whole: name.startsWith("overlays/") });
  const policy = parseAllDocuments(read(`kubernetes/${ADMISSION}`)).map((one) => one.toJS() as Tree);
  return [...built, { name: ADMISSION, objects: policy, whole: true }];
}

export interface Row {
  readonly name: string;
  readonly way: string;
  accepted: number;
  readonly refused: string[];
  readonly warnings: string[];
  /** Warnings about third-party containers alone. */
  readonly theirs: string[];
  /** Objects of kinds that the server does not know, since their CRDs are not on this machine. */
  readonly unknown: string[];
}

export const newRow = (name: string, way: string): Row => ({
  name,
  way,
  accepted: 0,
  refused: [],
  warnings: [],
  theirs: [],
  unknown: [],
});

export function note(row: Row, object: Tree, answer: Answer): void {
  if (isTaken(answer)) row.accepted += 1;
  else row.refused.push(`${title(object)}: ${reasonOf(answer)}`);
  for (const warning of answer.warnings) {
    const isTheirs = named(object).namespace === THEIRS && !warning.includes('"mcp-otelkit"');
    row[isTheirs ? "theirs" : "warnings"].push(`${title(object)}: ${warning}`);
  }
}

export function title(object: Tree): string {
  const { kind, namespace, name } = named(object);
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}

export const HEAD = ["what", "way", "objects", "accepted", "refused", "warnings", "no CRD here"];

export function cells({ name, way, accepted, refused, warnings, unknown }: Row): string[] {
  const counts = [accepted, refused.length, warnings.length, unknown.length];
  return [name, way, String(accepted + refused.length + unknown.length), ...counts.map(String)];
}

export function details({ name, way, refused, warnings, theirs, unknown }: Row): string[] {
  const lines = (what: string, texts: readonly string[]): string[] =>
    texts.map((text) => `${what} ${name}, ${way}: ${text}`);
  return [
    ...lines("REFUSED", refused),
    ...lines("WARNING", warnings),
    ...lines("third-party:", theirs),
    ...lines("no CRD:", unknown),
  ];
}
