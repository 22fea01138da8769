import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BORROWED_DATA } from "./borrowed-data.mjs";

/** SPDX identifiers of licences under which a part may be embedded. */
const PERMISSIVE = new Set([
  "Apache-2.0",
  "MIT",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "0BSD",
  "BlueOak-1.0.0",
]);

/** Packages that end up in the build, by name; several outputs fill it, the last one writes. */
const embedded = new Map();

/** Notes which packages a build embeds. @throws where one of them has a licence that is not permissive, or none */
export function licences() {
  return {
    name: "licences",
    generateBundle(_options, bundle) {
      for (const { modules = {} } of Object.values(bundle))
        for (const [id, { renderedLength = 1 }] of Object.entries(modules)) {
          const file = id.replace(/^\0[\w-]+:/, "").replace(/\?.*$/, "");
          if (renderedLength > 0 && file.includes("node_modules")) note(file);
        }
    },
  };
}

function note(file) {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json")) || readManifest(folder).name === undefined)
    folder = dirname(folder);
  const manifest = readManifest(folder);
  if (embedded.has(`${manifest.name}@${manifest.version}`)) return;
  if (!PERMISSIVE.has(manifest.license))
    throw new Error(
      `${manifest.name} ${manifest.version} would be embedded, and its licence is ${manifest.license ?? "not stated"}; ` +
        `only ${[...PERMISSIVE].join(", ")} may be`,
    );
  embedded.set(`${manifest.name}@${manifest.version}`, { ...manifest, text: licenceText(folder) });
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function licenceText(folder) {
  const files = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && /^(licen[cs]e|notice)/i.test(entry.name),
  );
  return files.map(({ name }) => readFileSync(join(folder, name), "utf8").trim()).join("\n\n");
}

/** Every embedded package, in the order of its name. */
export function embeddedPackages() {
  return [...embedded.values()].toSorted((one, other) => one.name.localeCompare(other.name, "en"));
}

/** The notices that the licences ask for. Texts that several packages share are printed once. */
export function renderNotices() {
  const byText = new Map();
  for (const { name, version, license, text } of [...embeddedPackages(), ...BORROWED_DATA]) {
    const key = text || `${license}; the package brings no text of its licence.`;
    byText.set(key, [...(byText.get(key) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}`);
  const head =
    "Third-party software in mcp-otelkit\n\nThe files of dist/ contain the packages and data below, under the licences that follow them.";
  return `${[head, ...parts].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** A software bill of materials. https://cyclonedx.org/docs/1.6/json/ */
export function renderSbom({ name, version, license }) {
  const component = (type, one) => ({
    type,
    "bom-ref": purl(one),
    name: one.name,
    version: one.version,
    licenses: [{ license: { id: one.license } }],
    purl: purl(one),
  });
  const root = { name, version, license };
  const components = embeddedPackages();
  const sbom = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: component("library", root) },
    components: components.map((one) => component("library", one)),
    dependencies: [{ ref: purl(root), dependsOn: components.map(purl) }],
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

/** https://github.com/package-url/purl-spec */
function purl({ name, version }) {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}
