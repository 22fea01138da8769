// The cost of capturing content, with the default limit, for each kind of content. `npm run bench -- redact [RUNS]`;
// times in ms.
import { redactMessage, redactUri } from "../src/privacy/uri.ts";
import { ADVERSARIAL } from "../test/operation/adversarial.ts";
import { captureRequest, type CapturePolicy } from "../src/privacy/capture.ts";

const MB = 1_000_000;
const RUNS = Number(process.argv[2] ?? 50);
const POLICY: CapturePolicy = { kinds: new Set(["arguments"]), allowTools: [], denyTools: [], limit: 8192 };

/** JSON text, since that is where arguments come from: objects, arrays and strings are laid out as the parser leaves them. */
const ARGUMENTS: Readonly<Record<string, () => string>> = {
  "small, 5 fields": () =>
    JSON.stringify({ city: "Paris", days: 3, units: "metric", lat: 48.85, tags: ["a", "b"] }),
  "1 MB, rows of 10 fields": () => JSON.stringify(rows(5_200, 10)),
  "1 MB, 10,000 fields in one object": () => JSON.stringify(fields(10_000, 84)),
  "1 MB, 40,000 fields in one object": () => JSON.stringify(fields(40_000, 8)),
  "1 MB, one text": () => JSON.stringify("The quick brown fox jumps over it. ".repeat(MB / 35)),
  "10 MB, one text": () => JSON.stringify("The quick brown fox jumps over it. ".repeat((10 * MB) / 35)),
  "10 MB, one image in base64": () =>
    JSON.stringify(
      Buffer.from(Array.from({ length: 7.5 * MB }, (_, at) => (at * 7919) % 251)).toString("base64"),
    ),
  "1,000 deep": () => `${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`,
  "1,000,000 numbers": () => JSON.stringify(Array.from({ length: MB }, (_, at) => at)),
  "1,000,000 nulls": () => JSON.stringify(Array.from({ length: MB }, () => null)),
  "1,000 secrets of 1 kB each": () =>
    JSON.stringify(Array.from({ length: 1_000 }, () => `eyJ${"a1".repeat(500)}`)),
};

function rows(count: number, width: number): object[] {
  return Array.from({ length: count }, (_, row) => fields(width, 6, `r${row}`));
}

function fields(count: number, length: number, value = ""): object {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`field${at}`, value.padEnd(length, `value ${at} `)]),
  );
}

function measure(name: string, run: () => unknown, before: () => void = () => undefined): void {
  const times = Array.from({ length: RUNS }, () => {
    before();
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  const cold = times[0] ?? 0;
  times.sort((a, b) => a - b);
  const told = [cold, times[0] ?? 0, times[RUNS >> 1] ?? 0, times.at(-1) ?? 0];
  console.log(`${name.padEnd(46)}${told.map((ms) => ms.toFixed(3).padStart(10)).join("")}`);
}

function heading(title: string): void {
  console.log(
    `\n${title.padEnd(46)}${["first", "min", "median", "max"].map((word) => word.padStart(10)).join("")}`,
  );
}

heading(`captureRequest, limit ${POLICY.limit}, ${RUNS} runs (ms)`);
for (const [name, json] of Object.entries(ARGUMENTS)) {
  const params = JSON.parse(`{"name":"tool","arguments":{"a":${json()}}}`) as unknown;
  measure(name, () => captureRequest({ method: "tools/call", target: "tool" }, params, POLICY));
}
const params = JSON.parse(`{"name":"tool","arguments":${JSON.stringify(fields(40_000, 8))}}`) as unknown;
measure("nothing asked for, 1 MB", () =>
  captureRequest({ method: "tools/call", target: "tool" }, params, { ...POLICY, kinds: new Set() }),
);

heading("adversarial texts of 1 MB: the slowest 8");
const flat = (text: string): string => JSON.parse(JSON.stringify(text.repeat(MB / text.length))) as string;
const slowest = (run: (text: string) => unknown): [string, () => unknown][] => {
  const timed = ADVERSARIAL.map((unit): [number, string, () => unknown] => {
    const text = flat(unit);
    run(text);
    const start = performance.now();
    run(text);
    return [performance.now() - start, JSON.stringify(unit), () => run(text)];
  });
  return timed
    .toSorted(([a], [b]) => b - a)
    .slice(0, 8)
    .map(([, unit, again]) => [unit, again]);
};
for (const [unit, run] of slowest((text) =>
  captureRequest({ method: "tools/call", target: "tool" }, { arguments: { text } }, POLICY),
))
  measure(`captureRequest ${unit}`, run);
for (const [unit, run] of slowest(redactMessage).slice(0, 4)) measure(`redactMessage ${unit}`, run);
for (const [unit, run] of slowest(redactUri).slice(0, 4)) measure(`redactUri ${unit}`, run);
