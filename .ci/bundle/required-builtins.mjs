const IMPORT = /\bimport\((["'])(?:node:)?(http|https|http2|fs|fs\/promises|zlib)\1\)/g;

/**
 * Requires modules of Node where the code imports them: `import("http")` asks for each of its exports, and one of those loads all of
 * undici, 40 ms of processor time in every process that sends something.
 */
export function requiredBuiltins() {
  return {
    name: "required-builtins",
    transform(code, id) {
      if (!/[\\/](otlp-exporter-base|exit-worker)/.test(id)) return undefined;
      return code.replaceAll(IMPORT, (_whole, _quote, name) => `Promise.resolve(require("node:${name}"))`);
    },
  };
}
