/**
 * `npm run prove -- canary`: a conversation in which every field is marked, under every setting, over every way; which fields
 * were seen where, and which of those were allowed to be. Prints a table and the places, exits 1 when there is a leak, when
 * a setting does not let through what it should, or when the scanner is blind somewhere. Words choose ways and settings.
 */
import { inTurn } from "../matrix/in-turn.ts";
import { renderTable } from "../matrix/table.ts";
import { converse, type Conversation } from "./converse.ts";
import { FIELDS } from "./fields.ts";
import { blindSpots, describePlace, faultsOf, judge, silences, unlisted, type FieldSeen } from "./judge.ts";
import { isDue, PLANTING, SETTINGS, type Setting } from "./settings.ts";
import { describeWay, WAYS, type Way } from "./ways.ts";

const AT_ONCE = 2;
const LETTERS: Readonly<Record<string, string>> = {
  traces: "T",
  logs: "L",
  metrics: "M",
  stderr: "E",
  stdout: "O",
};
const began = Date.now();
const words = process.argv.slice(2);

interface Run {
  readonly way: Way;
  readonly setting: Setting;
  readonly seen: readonly FieldSeen[];
  readonly said: ReadonlySet<string>;
  readonly faults: readonly string[];
}

const chosen = [...SETTINGS, PLANTING]
  .flatMap((setting) => WAYS.map((way) => ({ way, setting })))
  .filter(({ way, setting }) => words.every((word) => `${describeWay(way)} ${setting.name}`.includes(word)));
const runs = await inTurn(chosen, AT_ONCE, async ({ way, setting }): Promise<Run> => {
  try {
    const conversation = await converse(way, setting);
    const seen = judge(conversation, way, setting);
    return report({
      way,
      setting,
      seen,
      said: conversation.said,
      faults: faults(conversation, setting, seen),
    });
  } catch (error) {
    return report({ way, setting, seen: [], said: new Set(), faults: [String(error).slice(0, 1000)] });
  }
});
printTable();
printPlaces();
finish();

function faults(conversation: Conversation, setting: Setting, seen: readonly FieldSeen[]): string[] {
  return [
    ...unlisted(conversation).map((field) => `${field} is in no list`),
    ...silences(conversation, setting),
    ...(setting === PLANTING ? blindSpots(conversation) : faultsOf(seen)),
  ];
}

function report(run: Run): Run {
  const title = `${describeWay(run.way)}, ${run.setting.name}`;
  process.stderr.write(
    run.faults.length === 0 ? "." : `\n${title}\n${run.faults.map((fault) => `  ${fault}\n`).join("")}`,
  );
  return run;
}

/** A row per field that was found anywhere or may be found; a column per setting, all ways together. */
function printTable(): void {
  const settings = SETTINGS.filter((setting) => runs.some((run) => run.setting === setting));
  const rows = [...FIELDS].flatMap(([field, { told, kinds }]) => {
    const cells = settings.map((setting) => show(field, setting));
    return told === "never" && cells.every((cell) => cell === "")
      ? []
      : [[field, kinds.join(" or "), ...cells]];
  });
  console.log(
    "\nWhere each field was seen; T traces, L logs, M metrics, E stderr, O stdout, P pages; ! where it must not be, ? due and not seen\n",
  );
  console.log(renderTable(["field", "kind", ...settings.map(({ name }) => name)], rows));
  const silent = [...FIELDS.values()].filter(({ told }) => told === "never").length;
  console.log(
    `\n${silent} fields are never told, under any setting; of those only the seen ones are in the table`,
  );
}

function show(field: string, setting: Setting): string {
  const here = runs
    .filter((run) => run.setting === setting)
    .flatMap(({ seen }) => seen.filter((one) => one.field === field));
  const lettersOf = (places: FieldSeen["allowed"]): string =>
    [...new Set(places.map(({ channel }) => LETTERS[channel] ?? "P"))].toSorted().join("");
  const leaks = lettersOf(here.flatMap((one) => one.leaks));
  const row = FIELDS.get(field);
  const due = row !== undefined && isDue(row, setting) && here.some(({ missing }) => missing);
  return `${lettersOf(here.flatMap((one) => one.allowed))}${leaks && ` !${leaks}`}${due ? "?" : ""}`;
}

function printPlaces(): void {
  console.log("\nThe places, as far as they are allowed; stderr repeats them\n");
  const places = new Map<string, Set<string>>();
  for (const { seen } of runs)
    for (const { field, allowed } of seen)
      for (const place of allowed.filter(({ channel }) => channel !== "stderr")) {
        const where = describePlace({ ...place, who: "?" }).replace(" of the client or server", "");
        places.set(where, (places.get(where) ?? new Set()).add(field));
      }
  for (const [place, fields] of [...places].toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(`${place}: ${[...fields].join(", ")}`);
}

function finish(): void {
  const unsaid = [...FIELDS.keys()].filter((field) => !runs.some(({ said }) => said.has(field)));
  if (words.length === 0) for (const field of unsaid) console.log(`nobody said ${field}`);
  const bad = runs.filter(({ faults: some }) => some.length > 0);
  const lines = new Map<string, string[]>();
  for (const { way, setting, faults: some } of bad)
    for (const fault of some)
      lines.set(fault, [...(lines.get(fault) ?? []), `${describeWay(way)} ${setting.name}`]);
  for (const [fault, where] of lines)
    console.log(
      `\n${fault}\n  in ${where.length} runs: ${where.slice(0, 4).join("; ")}${where.length > 4 ? "; …" : ""}`,
    );
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(
    `\n${runs.length - bad.length} conversations as they should be, ${bad.length} not, ${lines.size} different faults, ${FIELDS.size} fields, in ${seconds} s`,
  );
  process.exitCode = bad.length === 0 && runs.length > 0 && (words.length > 0 || unsaid.length === 0) ? 0 : 1;
}
