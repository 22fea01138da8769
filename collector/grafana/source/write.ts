// `npm run dashboards`: writes ../dashboards/*.json, and takes away what is no longer made.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DASHBOARDS, asJson } from "./all.ts";

const folder = fileURLToPath(new URL("../dashboards/", import.meta.url));

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder))
  if (!(file.replace(/\.json$/, "") in DASHBOARDS)) rmSync(`${folder}${file}`);
for (const [name, build] of Object.entries(DASHBOARDS)) {
  const text = asJson(build());
  writeFileSync(`${folder}${name}.json`, text);
  console.log(`${name}.json ${(text.length / 1000).toFixed(0)} kB`);
}
