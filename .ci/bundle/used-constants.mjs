import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const PACKAGE = "@opentelemetry/semantic-conventions";
const PREFIX = "\0used-constants:";

/**
 * Gives a CommonJS file the constants that it uses of the semantic conventions, by name. All of them are 400 kB: what is required as a
 * whole cannot be shaken out of the build.
 */
export function usedConstants() {
  return {
    name: "used-constants",
    resolveId(source, importer, { kind }) {
      return source === PACKAGE && kind === "require-call" ? PREFIX + importer : undefined;
    },
    load(id) {
      if (!id.startsWith(PREFIX)) return undefined;
      const file = id.slice(PREFIX.length);
      const text = readFileSync(file, "utf8");
      const all = createRequire(file)(PACKAGE);
      const binding = new RegExp(`(\\w+) = require\\("${PACKAGE}"\\)`).exec(text)?.[1];
      const names = new Set(
        [...text.matchAll(new RegExp(`\\b${binding}\\.(\\w+)`, "g"))].map(([, name]) => name),
      );
      return [...names].map((name) => `exports.${name} = ${JSON.stringify(all[name])};`).join("\n");
    },
  };
}
