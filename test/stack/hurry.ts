// Rules and queries with a clock that runs faster: what takes hours is over in seconds.
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** With 60, `15m` becomes `15s`, in ranges, offsets, `for` and intervals; seconds stay. */
export function hurried(text: string, times: number): string {
  return text.replaceAll(/\b(\d+)([mhdw])\b/g, (_, count: string, unit: string) => {
    const milliseconds = (Number(count) * (SECONDS[unit] ?? 1) * 1000) / times;
    return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${Math.round(milliseconds)}ms`;
  });
}

/** Each group of rules is evaluated each second, and a process that pushes is gone after so many seconds. */
export function eachSecond(rules: string, gone: number): string {
  return rules
    .replace("expr: vector(150)", `expr: vector(${gone})`)
    .replaceAll(/^ {4}interval: .*\n/gm, "")
    .replaceAll(/^ {2}- name: .*$/gm, "$&\n    interval: 1s");
}
