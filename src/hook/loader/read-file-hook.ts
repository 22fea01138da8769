import { promises } from "node:fs";
import nodeModule, { syncBuiltinESMExports } from "node:module";
import { disguise } from "../../output/disguise.ts";
import { safely } from "../../output/safely.ts";
import { footerFor } from "./footer.ts";

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
  const original = promises.readFile as (
    this: unknown,
    path: unknown,
    ...rest: unknown[]
  ) => Promise<unknown>;
  const readFile: typeof original = function (path, ...rest) {
    const source = original.call(this, path, ...rest);
    if (!(path instanceof URL) || rest.length > 0) return source;
    const footer = safely("read", () => footerFor(path.href));
    if (footer === undefined || !isModuleLoader()) return source;
    return source.then((bytes) => Buffer.concat([bytes as Uint8Array, Buffer.from(footer)]));
  };
  Object.assign(promises, { readFile: disguise(readFile, original) });

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

/** A program may read a file of the SDK as well, and gets it as it is. */
function isModuleLoader(): boolean {
  return String(new Error("who reads").stack).includes("node:internal/modules/esm/load");
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
