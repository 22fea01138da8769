// The JSON against the types of the Grafana that compose.yaml runs: `@grafana/schema` is generated from its schemas. The compiler
// refuses a field that the schema does not have, a value that is none of an enumeration, a panel's options that its kind does not know.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultDashboard } from "@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen";
import { expect, it } from "vitest";
import { FILES, dashboards, panelsOf, textOf } from "./dashboards.ts";
import { at, load } from "./files.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The module of each kind of panel, and what it calls its types. */
const KINDS: Readonly<Record<string, string>> = {
  timeseries: "TimeSeries",
  stat: "Stat",
  gauge: "Gauge",
  table: "Table",
  heatmap: "Heatmap",
  logs: "Logs",
};
/** Kinds whose fields have further settings. */
const WITH_FIELDS = ["timeseries", "table", "heatmap"];

it("need no migration: they have the newest schema version", () => {
  expect(dashboards.map(({ schemaVersion }) => schemaVersion)).toEqual(
    dashboards.map(() => defaultDashboard.schemaVersion),
  );
});

it("the schema is that of the Grafana in compose.yaml, up to the patch", () => {
  const manifest = JSON.parse(
    readFileSync(join(ROOT, "node_modules/@grafana/schema/package.json"), "utf8"),
  ) as { version: string };
  const image = String(at(load("compose/compose.yaml"), "services", "grafana")["image"]);

  expect(image).toContain(`:${manifest.version.replace(/\d+$/, "")}`);
});

it("have the fields and values that the schema has", () => {
  expect(compile(module(FILES.map((file) => textOf(file))))).toBe("");
});

it("would be refused with a field or a value that the schema does not have", () => {
  const text = textOf("overview.json");
  const wrong = {
    "a field of a panel": text.replace('"transparent"', '"transparant"'),
    "a value": text.replace('"displayMode": "table"', '"displayMode": "tabel"'),
    "an option of a kind": text.replace('"showThresholdMarkers"', '"showThresholdMarks"'),
  };

  for (const [what, changed] of Object.entries(wrong)) {
    expect(changed, what).not.toBe(text);
    expect(compile(module([changed])), what).toContain("error TS");
  }
});

/** A TypeScript module in which each dashboard and each panel's options have to satisfy their type. */
function module(texts: readonly string[]): string {
  const panels = texts.flatMap((text) => panelsOf(JSON.parse(text) as (typeof dashboards)[number]));
  return [
    'import type { Dashboard } from "@grafana/schema";',
    ...Object.entries(KINDS).map(
      ([kind, name]) =>
        `import type * as ${kind} from "@grafana/schema/dist/esm/raw/composable/${kind}/panelcfg/x/${name}PanelCfg_types.gen";`,
    ),
    // In JSON an enumeration's member is its value.
    "type Json<T> = T extends string ? `${T}` : T extends readonly (infer U)[] ? Json<U>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;",
    ...texts.map((text) => `(${text.trim()}) satisfies Json<Dashboard>;`),
    ...panels.map(
      ({ type, options }) => `(${JSON.stringify(options)}) satisfies Json<Partial<${type}.Options>>;`,
    ),
    ...panels
      .filter(({ type }) => WITH_FIELDS.includes(type))
      .map(
        ({ type, fieldConfig: { defaults } }) =>
          `(${JSON.stringify(defaults.custom ?? {})}) satisfies Json<Partial<${type}.FieldConfig>>;`,
      ),
  ].join("\n");
}

/** What the compiler says of it. */
function compile(source: string): string {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".cache", "schema-"));
  try {
    const file = join(folder, "dashboards.mts");
    writeFileSync(file, source);
    const options = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--types",
      "",
    ];
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    return spawnSync(tsc, [...options, file], { encoding: "utf8" }).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
