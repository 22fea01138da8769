import Module from "node:module";

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
type Listener = (module: CommonJsModule, filename: string) => void;

const listeners: Listener[] = [];

/**
 * Calls this for every CommonJS module once its code has run, also for those that are loaded already. Not require-in-the-middle:
 * it asks for a package's main file first, and SDK v1 names one in `exports` that is not in the package.
 * @param listener must not throw
 */
export function onCompiled(listener: Listener): void {
  const loader = Module as unknown as CommonJsLoader;
  for (const module of Object.values(loader._cache)) if (module?.loaded) listener(module, module.filename);
  listeners.push(listener);
  if (listeners.length > 1) return;
  const original = loader.prototype._compile;
  loader.prototype._compile = function _compile(source, filename, ...rest) {
    const result = original.call(this, source, filename, ...rest);
    for (const hear of listeners) hear(this, filename);
    return result;
  };
}
