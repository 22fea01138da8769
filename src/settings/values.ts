/** Reads values of environment variables. */

export type Env = Readonly<Record<string, string | undefined>>;

/** Called for an invalid value, with a sentence that names the variable. */
export type Complain = (problem: string) => void;

export function readChoice(
  env: Env,
  variable: string,
  choices: readonly string[],
  complain: Complain,
): string | undefined {
  const text = textOf(env, variable)?.toLowerCase();
  if (text === undefined || choices.includes(text)) return text;
  complain(`${variable}=${text} is none of ${choices.join(", ")}; using the default`);
  return undefined;
}

export function readCount(env: Env, variable: string, complain: Complain): number | undefined {
  const text = textOf(env, variable);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  complain(`${variable}=${text} is not a number of 0 or more; using the default`);
  return undefined;
}

/** An interval of 0 would export without end. */
export function positive(count: number | undefined): number | undefined {
  return count === 0 ? undefined : count;
}

/** The value, if it is set and not empty. In the specification, empty means unset. */
export function textOf(env: Env, variable: string): string | undefined {
  return env[variable]?.trim() || undefined;
}

export function listOf(env: Env, variable: string): string[] {
  const names = (textOf(env, variable) ?? "").split(",").map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/** Options of the SDK do not accept `undefined` for "the default". */
export function withoutUndefined<T extends object>(
  options: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
