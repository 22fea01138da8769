import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  CLASSES,
  IMPLEMENTATIONS,
  TRANSPORT_CLASSES,
  type ClassRow,
  type Implementation,
  type SdkClass,
} from "./implementations.ts";

/** The classes that a loaded file is asked for. */
export const CLASS_ROWS = Object.entries(CLASSES) as readonly [SdkClass, ClassRow][];

/** The classes through which all messages of a connection go. */
export const MESSAGE_CLASSES: readonly string[] = CLASS_ROWS.filter(([, { text }]) => text !== undefined).map(
  ([name]) => name,
);

/** One of these is in every file that holds an implementation. */
export function carriesMessages(name: SdkClass): boolean {
  return MESSAGE_CLASSES.includes(name) || name in TRANSPORT_CLASSES;
}

/** A loaded file that belongs to an SDK. */
export interface SdkFile {
  readonly package: string;
  readonly version: string;
  readonly format: "esm" | "cjs";
  readonly supported: boolean;
}

/** Endings of paths that may belong to an SDK: every other path fails this one test. */
const CANDIDATE = new RegExp(
  `^(.*)/dist/(${[...new Set(IMPLEMENTATIONS.flatMap((row) => Object.keys(row.files)))].map((file) => file.replaceAll(".", "\\.")).join("|")})$`,
);

/**
 * Finds the SDK that a file belongs to. By the name in the package's own `package.json`, not by `node_modules/…` in
 * the path: npm aliases, linked workspaces and pnpm put packages anywhere.
 * @param path an absolute path, with either kind of slash
 */
export function findSdkFile(path: string): SdkFile | undefined {
  const match = CANDIDATE.exec(path.replaceAll("\\", "/"));
  const root = match?.[1];
  const file = match?.[2];
  if (root === undefined || file === undefined) return undefined;
  const manifest = readManifest(root);
  const row = IMPLEMENTATIONS.find((candidate) => candidate.package === manifest?.name);
  const format = row?.files[file];
  if (manifest === undefined || row === undefined || format === undefined) return undefined;
  return {
    package: row.package,
    version: manifest.version,
    format,
    supported: isSupported(manifest.version, row),
  };
}

function isSupported(version: string, { from, below }: Implementation): boolean {
  const [major = Number.NaN, minor = Number.NaN] = version.split(".").map(Number);
  const recent = major > from[0] || (major === from[0] && minor >= from[1]);
  return recent && major < below;
}

function readManifest(root: string): { readonly name: string; readonly version: string } | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as Record<
      string,
      unknown
    >;
    return typeof name === "string" && typeof version === "string" ? { name, version } : undefined;
  } catch {
    return undefined; // a folder without a package
  }
}

/**
 * The SDK whose package contains this file, where {@link findSdkFile} does not know the file: a chunk, or a version
 * with other files. `familiar` where the package also has known files.
 */
export function ownerOf(
  path: string,
): { readonly sdk: Omit<SdkFile, "format">; readonly familiar: boolean } | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = readManifest(folder);
    if (manifest === undefined) continue; // `dist/esm` has its own package.json, with nothing but "module"
    const row = IMPLEMENTATIONS.find((candidate) => candidate.package === manifest.name);
    if (row === undefined) return undefined;
    return {
      sdk: {
        package: row.package,
        version: manifest.version,
        supported: isSupported(manifest.version, row),
      },
      familiar: Object.keys(row.files).some((file) => existsSync(join(folder, "dist", file))),
    };
  }
  return undefined;
}
