import fs from "node:fs";
import nodeModule, { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { disguise } from "../../output/disguise.ts";
import { safely } from "../../output/safely.ts";
import { changeModule } from "./footer.ts";

/**
 * Node 20 reads the source of an ES module by `fs.promises.readFile(url)`, in the thread of the program, and has no hook in that
 * thread. The hook that it has (`module.register`) starts a second thread and sends every module through it, which costs a server
 * more than all of mcp-otelkit; see docs/decisions/0013-node-20-reads-modules.md. Node 20 is at its end of life, so this does not
 * change any more.
 */
export const READS_BY_PROMISE = /^20\.(19|2\d)\./;

/**
 * Adds the footers where Node reads the files.
 * @param before called before the program registers a loader of its own: from then on Node reads on the loader's thread
 */
export function hookReadFile(before: () => void): void {
  const { promises } = fs;
  const original = promises.readFile as (
    this: unknown,
    path: unknown,
    ...rest: unknown[]
  ) => Promise<unknown>;
  const readFile: typeof original = function (path, ...rest) {
    const source = original.call(this, path, ...rest);
    if (!(path instanceof URL) || rest.length > 0) return source;
    const reader = new Error("who reads");
    return source.then((bytes) => changed(path, bytes as Uint8Array, reader));
  };
  Object.assign(promises, { readFile: disguise(readFile, original) });

  hookOpen();

  const { register } = nodeModule;
  let registered = false;
  const registering: typeof register = (...args: unknown[]) => {
    if (!registered) safely("another loader", before);
    registered = true;
    return Reflect.apply(register, nodeModule, args) as void;
  };
  nodeModule.register = disguise(registering, register);
  syncBuiltinESMExports();
}

/** What the module loader gets to see of a file. Any other reader gets the file as it is. */
function changed(path: URL, bytes: Uint8Array, reader: Error): Uint8Array {
  const text = safely("read", () => changeModule(path.href, bytes));
  return text === undefined || !isModuleLoader(reader) ? bytes : Buffer.from(text);
}

function isModuleLoader(reader: Error): boolean {
  return String(reader.stack).includes("node:internal/modules/esm/load");
}

/**
 * What a required ES module imports is read by `readFileSync(url)`, of which only `fs.openSync` can be replaced. A file that is to
 * be changed is opened as a copy in the folder for temporary files, which is deleted as soon as it is open.
 */
function hookOpen(): void {
  const { openSync } = fs;
  const opening = (path: unknown, ...rest: unknown[]): number => {
    const other = path instanceof URL ? safely("open", () => openChanged(path)) : undefined;
    return other ?? (Reflect.apply(openSync, fs, [path, ...rest]) as number);
  };
  Object.assign(fs, { openSync: disguise(opening, openSync) });

  function openChanged(url: URL): number | undefined {
    const reader = new Error("who reads");
    if (!isModuleLoader(reader)) return undefined;
    const bytes = fs.readFileSync(fileURLToPath(url));
    const text = changed(url, bytes, reader);
    if (text === bytes) return undefined;
    const folder = fs.mkdtempSync(join(tmpdir(), "mcp-otelkit-"));
    try {
      const copy = join(folder, "module");
      fs.writeFileSync(copy, text);
      return openSync(copy, "r");
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Whether only mcp-otelkit is preloaded: another preload may have registered a loader before. */
export function isOnlyPreload(): boolean {
  const words = [...process.execArgv, ...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/)];
  const preloads = words.flatMap((word, at) => {
    const [, value] = PRELOADING.exec(word) ?? [];
    return value === undefined ? [] : [value === "" ? (words[at + 1] ?? "") : value.slice(1)];
  });
  return preloads.every((name) => /mcp-otelkit|[\\/]register\.c?js$/.test(name));
}

/** Options that bring code or a loader; `-r name` and `--import name` have their value in the next word. */
const PRELOADING = /^(?:-r|--require|--import|--loader|--experimental-loader)($|=.*)/;
