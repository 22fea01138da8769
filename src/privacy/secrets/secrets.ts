/** Finds the secrets in running text, and takes them out. */
import { findAssignedSecrets } from "./assigned-secrets.ts";
import { findProviderKeys } from "./find-provider-keys.ts";
import { plainLetters } from "./plain-letters.ts";
import { VALUE_LOOKS } from "./value-looks.ts";

/** As in the semantic conventions for `url.full`. */
export const REDACTED = "REDACTED";

/** Shorter than any look above. */
const MIN_LENGTH = 6;
/** `[=:>]`, `<-`, `--` and `[` for what is told by its name. */
const HINT = new RegExp(`[=:>]|<-|--|\\[|${VALUE_LOOKS.map(({ hint }) => hint).join("|")}`, "i");

interface Found {
  readonly start: number;
  readonly end: number;
  readonly instead: string;
}

/** How far beyond what is kept we look, and how much of that can still be kept: the rest is where half a secret may be. */
const LOOK_AHEAD = 1024;
const KEEP_AHEAD = 512;

export interface RedactedText {
  readonly text: string;
  /** Whether this is only the beginning. */
  readonly cut: boolean;
  /** How many characters were looked at. */
  readonly looked: number;
}

/**
 * A text without its secrets, at least the first `length` characters' worth of it. Of a longer one a little more is
 * looked at than is given back, so that no secret is missed because its end is out of sight.
 */
export function redactText(text: string, length: number): RedactedText {
  const cut = text.length > length + LOOK_AHEAD;
  const seen = cut ? text.slice(0, length + LOOK_AHEAD) : text;
  const until = cut ? length + KEEP_AHEAD : seen.length;
  const found = findAll(seen, cut);
  if (found.length === 0) return { text: cut ? seen.slice(0, until) : seen, cut, looked: seen.length };
  let kept = "";
  let at = 0;
  for (const { start, end, instead } of found) {
    if (start >= until) break;
    kept += seen.slice(at, start) + instead;
    at = end;
  }
  return { text: at < until ? kept + seen.slice(at, until) : kept, cut, looked: seen.length };
}

/** Every secret in a text, as it came and as it looks. */
function findAll(text: string, cut: boolean): readonly Found[] {
  const found = findSecrets(text, cut);
  const plain = plainLetters(text);
  if (plain === undefined) return found;
  const { starts, ends } = plain;
  const disguised = findSecrets(plain.text, cut).map(({ start, end, instead }) => ({
    start: starts[start] ?? 0,
    end: ends[end - 1] ?? 0,
    instead,
  }));
  return disguised.length === 0 ? found : merge([...found, ...disguised]);
}

/** Every secret in a text, in order, none touching another. All are looked for in the text as it came: what replaces one hides no other. */
function findSecrets(text: string, cut: boolean): readonly Found[] {
  if (text.length < MIN_LENGTH) return [];
  const all: Found[] = [];
  findProviderKeys(text, (start, end) => all.push({ start, end, instead: REDACTED }));
  if (!HINT.test(text)) return all;
  for (const { pattern, keepsGroup, holds, instead } of VALUE_LOOKS) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const start = match.index + (keepsGroup ? (match[1]?.length ?? 0) : 0);
      const end = match.index + match[0].length;
      const found = text.slice(start, end);
      if (holds?.(found) === false) continue;
      all.push({ start, end, instead: instead?.(found, cut && end === text.length) ?? REDACTED });
    }
  }
  findAssignedSecrets(text, (start, end) => all.push({ start, end, instead: REDACTED }));
  return all.length > 1 ? merge(all) : all;
}

function merge(all: Found[]): readonly Found[] {
  all.sort((a, b) => a.start - b.start);
  const merged: Found[] = [];
  for (const next of all) {
    const last = merged.at(-1);
    if (last === undefined || next.start >= last.end) merged.push(next);
    else
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, next.end), instead: REDACTED };
  }
  return merged;
}
