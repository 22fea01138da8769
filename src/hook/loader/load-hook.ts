import * as nodeModule from "node:module";
import { hookReadFile, isOnlyPreload, READS_BY_PROMISE } from "./read-file-hook.ts";
import { pathToFileURL } from "node:url";
import { onCompiled, onCompiling } from "./compile-hook.ts";
import { changeModule, withFooter } from "./footer.ts";
import { HOOK_SYMBOL, isChanged } from "./hook-symbol.ts";
import { mayHoldSdk, recognise } from "./shapes/recognise.ts";
import { otherRuntime } from "./other-runtime.ts";
import { safely } from "../../output/safely.ts";
import { findSdkFile, type SdkFile } from "./targets.ts";

/** Called for every SDK file that is loaded, with its classes. */
export type SdkListener = (file: SdkFile, exports: Readonly<Record<string, unknown>>) => void;

/** Not in the types of the oldest supported Node. */
interface SyncHooks {
  registerHooks?(hooks: { load: LoadHookSync }): void;
}
type Load = { format?: string | null | undefined; source?: unknown };
type LoadHookSync = (
  url: string,
  context: unknown,
  nextLoad: (url: string, context: unknown) => Load,
) => Load;

let installed = false;

/**
 * Watches the module loader for SDK files, and only for those: no other module is changed, in either format. Files
 * that CommonJS has already loaded are reported at once; ES modules that are already loaded are out of reach.
 */
export function installLoadHook(listener: SdkListener): void {
  if (installed || otherRuntime() !== undefined) return;
  installed = true;
  (globalThis as Record<symbol, unknown>)[Symbol.for(HOOK_SYMBOL)] = (
    file: SdkFile,
    exports: Readonly<Record<string, unknown>>,
  ): void => {
    safely("patch", () => listener(file, exports));
  };
  onCompiled((module, filename) => {
    safely("patch", () => {
      const file = findSdkFile(filename);
      if (file?.format === "cjs") listener(file, module.exports as Readonly<Record<string, unknown>>);
    });
  });
  onCompiling((filename, source, format) =>
    safely("recognise", () => changeRequired(filename, source, format)),
  );
  // Node 20 with the permission model allows no loader thread, and a preload that throws ends the application.
  safely("hook ECMAScript modules", hookEsm);
}

/** The source that `require` has read: a CommonJS module, or an ES module where Node can require these. */
function changeRequired(filename: string, source: string, format: unknown): string | undefined {
  if (format === "module") {
    // Where hooks run in this thread, they have already changed the module.
    return isChanged(source) ? undefined : changeModule(pathToFileURL(filename).href, source);
  }
  return mayHoldSdk(source) && findSdkFile(filename) === undefined
    ? recognise(filename, "cjs", source)
    : undefined;
}

/** ES modules: in this thread where possible, otherwise on the loader's thread. */
function hookEsm(): void {
  const { registerHooks } = nodeModule as SyncHooks;
  if (typeof registerHooks === "function" && syncHooksWork(process.versions.node)) {
    registerHooks({
      load(url, context, nextLoad) {
        const loaded = nextLoad(url, context);
        return safely("load", () => withFooter(url, loaded)) ?? loaded;
      },
    });
  } else if (READS_BY_PROMISE.test(process.versions.node) && isOnlyPreload()) {
    hookReadFile(registerLoader);
  } else {
    registerLoader();
  }
}

function registerLoader(): void {
  nodeModule.register(new URL("./esm-loader.js", import.meta.url));
}

/**
 * `registerHooks` exists from 22.15 and 23.5, but fails on CommonJS without source until
 * https://github.com/nodejs/node/pull/59929, which 22.22.3, 24.11.1, 25.1 and 26 have.
 */
export function syncHooksWork(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 3);
  if (major === 24) return minor > 11 || (minor === 11 && patch >= 1);
  if (major === 25) return minor >= 1;
  return major >= 26;
}
