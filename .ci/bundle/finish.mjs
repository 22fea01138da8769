import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { renderNotices, renderSbom } from "./licences.mjs";

const DIST = "dist";

/**
 * Writes what stands beside the bundles: for each public entry the ES module that a program imports, and for the embedded packages
 * the notices and the bill of materials. Runs after the last bundle.
 * @param entries names of files in dist
 */
export function finish(entries) {
  return {
    name: "finish",
    closeBundle() {
      for (const entry of entries) writeFileSync(join(DIST, `${entry}.js`), wrapperOf(entry));
      const manifest = JSON.parse(readFileSync("package.json", "utf8"));
      writeFileSync(join(DIST, "THIRD-PARTY-NOTICES.txt"), renderNotices());
      writeFileSync(join(DIST, "sbom.cdx.json"), renderSbom(manifest));
    },
  };
}

const RELATIVE = /((?:\bfrom|\bimport\()\s*"\.[^"]+)\.[jt]s"/g;

/** The names are written out: an ES module has to know them before it runs. */
function wrapperOf(entry) {
  if (entry === "register") return 'import "./register.cjs";\n';
  const names = Object.keys(createRequire(import.meta.url)(join(process.cwd(), DIST, `${entry}.cjs`)));
  return `export { ${names.toSorted().join(", ")} } from "./${entry}.cjs";\n`;
}

/**
 * Keeps the declarations that a user's compiler reads, of all that the compiler has written.
 * @param from a folder of declarations
 */
export function copyTypes(from, entries) {
  const reached = new Set(entries.map((entry) => `${entry}.d.ts`));
  for (const file of reached) {
    const text = readFileSync(join(from, file), "utf8");
    for (const [, specifier] of text.matchAll(/(?:\bfrom|\bimport\()\s*"(\.[^"]+)"/g))
      reached.add(join(dirname(file), specifier.replace(/\.(c?)[jt]s$/, ".d.$1ts")));
  }
  for (const file of reached) {
    mkdirSync(dirname(join(DIST, file)), { recursive: true });
    const text = readFileSync(join(from, file), "utf8");
    writeFileSync(join(DIST, file), text);
    // For `require`: there a declaration of an ES module would be taken for one.
    writeFileSync(join(DIST, file.replace(/\.d\.ts$/, ".d.cts")), text.replace(RELATIVE, '$1.cjs"'));
  }
  rmSync(from, { recursive: true, force: true });
}

if (process.argv[2] === "types") {
  const entries = process.argv.slice(3);
  const from = join(DIST, ".types");
  if (!existsSync(from)) throw new Error(`${from} is missing: tsc writes it`);
  copyTypes(from, entries);
  for (const name of ["register.d.ts", "register.d.cts"]) writeFileSync(join(DIST, name), "export {};\n");
}
