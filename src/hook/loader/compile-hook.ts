import Module from "node:module";
import { otherRuntime } from "./other-runtime.ts";

/** A module of Node's CommonJS loader, as far as every Node has it and everyone who hooks the loader relies on it. */
export interface CommonJsModule {
  exports: unknown;
  readonly filename: string;
  readonly loaded: boolean;
}
interface CommonJsLoader {
  readonly prototype: {
    _compile(this: CommonJsModule, source: string, filename: string, ...rest: unknown[]): unknown;
  };
  readonly _cache: Readonly<Record<string, CommonJsModule | undefined>>;
}
/** @returns another source to compile in place of this one, if any */
type Change = (filename: string, source: string, format: unknown) => string | undefined;
type Listener = (module: CommonJsModule, filename: string) => void;

const listeners: Listener[] = [];
const changes: Change[] = [];

/**
 * Calls this for every CommonJS module once its code has run, also for those that are loaded already. Not require-in-the-middle:
 * it asks for a package's main file first, and SDK v1 names one in `exports` that is not in the package.
 * @param listener must not throw
 */
export function onCompiled(listener: Listener): void {
  const loader = Module as unknown as CommonJsLoader;
  for (const module of Object.values(loader._cache ?? {}))
    if (module?.loaded) listener(module, module.filename);
  listeners.push(listener);
  hookCompile();
}

/**
 * Calls this for the source of every CommonJS module before it is compiled, and of every ES module that is asked for by `require`.
 * @param change must not throw
 */
export function onCompiling(change: Change): void {
  changes.push(change);
  hookCompile();
}

let hooked = false;

function hookCompile(): void {
  if (hooked || otherRuntime() !== undefined) return;
  hooked = true;
  const loader = Module as unknown as CommonJsLoader;
  const original = loader.prototype._compile;
  loader.prototype._compile = function _compile(source, filename, ...rest) {
    // A transpiler may hand over anything, and Node says what is wrong with it.
    const text = typeof source === "string" ? source : undefined;
    const changed = text === undefined ? undefined : changeWith(filename, text, rest[0]);
    const result = original.call(this, changed ?? source, filename, ...rest);
    for (const hear of listeners) hear(this, filename);
    return result;
  };
}

function changeWith(filename: string, source: string, format: unknown): string | undefined {
  let changed: string | undefined;
  for (const change of changes) changed = change(filename, changed ?? source, format) ?? changed;
  return changed;
}
