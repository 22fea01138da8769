/**
 * What a secret looks like in running text. Every pattern takes time in proportion to the text, whatever is in it: none
 * starts anew inside a run that it has just looked through, and what may repeat is followed by what cannot be part of it.
 */

import { findAssignedSecrets } from "./assigned-secrets.ts";
import { findProviderKeys } from "./find-provider-keys.ts";
import { plainLetters } from "./plain-letters.ts";

/** As in the semantic conventions for `url.full`. */
export const REDACTED = "REDACTED";

interface ValueLook {
  readonly name: string;
  /** Letters without which `pattern` does not match: asked for all rows at once, since most texts hold no secret. */
  readonly hint: string;
  readonly pattern: RegExp;
  /** The pattern begins with a group 1, which stays. */
  readonly keepsGroup?: true;
  /** Looks again at what the pattern found, without group 1. */
  readonly holds?: (found: string) => boolean;
  /** What stands in its place, where that is not {@link REDACTED}. */
  readonly instead?: (found: string, open: boolean) => string;
}

const VALUE_LOOKS: readonly ValueLook[] = [
  {
    name: "private key, PEM or PGP",
    hint: "-----BEGIN",
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  // Base64 of `{"`: a JSON Web Token, signed or encrypted, or some other packed record.
  { name: "JWT", hint: "eyJ", pattern: /(?<![A-Za-z0-9])eyJ[\w.+/=-]{17,}/g },
  {
    name: "bearer token",
    hint: "bearer",
    pattern: /((?<![A-Za-z0-9])bearer\s{1,8})[\w.~+/=-]{6,}/gi,
    keepsGroup: true,
  },
  {
    name: "other HTTP credentials",
    hint: "basic|token|digest|apikey|negotiate",
    pattern: /((?<![A-Za-z0-9])(?:basic|token|digest|apikey|negotiate)\s{1,8})[\w.~+/=-]{6,}/gi,
    keepsGroup: true,
    // "basic authentication" and "token expired" are prose.
    holds: (found) => /[\d=+/~_]/.test(found) || /[A-Z].*[A-Z]/.test(found.slice(1)),
  },
  {
    // OpenAI, Anthropic, Stripe, GitHub, GitLab, Slack, Google OAuth, SendGrid, Vault, Atlassian, xAI, Perplexity, Tailscale, PyPI, Supabase, PostHog, Tavily
    name: "key with a prefix",
    hint: "[sprk]k[-_]|gh[pousr]_|github_pat_|gl\\w+-|xox|xapp-|ya29\\.|gocspx-|sg\\.|hv[sbr]\\.|atatt3|xai-|pplx-|tskey-|pypi-|sb_secret_|phx_|tvly-",
    pattern:
      /(?<![A-Za-z0-9])(?:sk[-_]|[pr]k[-_](?:live|test|prod|lf)[-_]|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|ptt|soat|agent)-|xox[abeoprs]-|xapp-|ya29\.|GOCSPX-|SG\.|hv[sbr]\.|ATATT3|xai-|pplx-|tskey-|pypi-|sb_secret_|phx_|tvly-)[\w.-]{10,}/g,
    // "sk-ipping-of-things" is prose: a key has a capital or a digit, or a word that is none.
    holds: (found) => !/^[a-z]{2}-[a-z]{1,12}(?:-[a-z]{1,12})*$/.test(found),
  },
  {
    // Notion's first
    name: "secret that says so",
    hint: "secret_",
    pattern: /(?<![A-Za-z0-9])secret_[A-Za-z0-9]{32,}/g,
    holds: isMixed,
  },
  {
    name: "Terraform token",
    hint: "\\.atlasv1\\.",
    pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{20,}/g,
  },
  {
    // npm, Hugging Face, Groq, Replicate, Supabase, Notion, DigitalOcean, Linear, Stripe webhooks, Shopify, Docker
    name: "key with a prefix that names other things too",
    hint: "npm_|hf_|gsk_|r8_|sbp_|ntn_|dop_v1_|lin_api_|whsec_|shp\\w\\w_|dckr_pat_",
    pattern:
      /(?<![A-Za-z0-9])(?:npm|hf|gsk|r8|sbp|ntn|dop_v1|lin_api|whsec|shpat|shpca|shppa|shpss|dckr_pat)_[A-Za-z0-9-]{20,}/g,
  },
  {
    name: "AWS access key id",
    hint: "AKIA|ASIA",
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  },
  {
    name: "AWS secret access key",
    hint: "[\\w/+-]{40}",
    pattern: /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
    // Not a hash, which is all lower case, nor a path, which has more slashes.
    holds: (found) => isMixed(found) && found.split("/").length < 4,
  },
  { name: "Google API key", hint: "AIza", pattern: /(?<![A-Za-z0-9])AIza[\w-]{30,}/g },
  {
    name: "Slack webhook",
    hint: "hooks\\.slack",
    pattern: /(hooks\.slack\.com\/[a-z]{1,12}\/)[\w/]{10,}/g,
    keepsGroup: true,
  },
  {
    name: "Discord or Teams webhook",
    hint: "/api/webhooks/|/webhookb2/",
    pattern: /(\/(?:api\/webhooks\/\d{1,24}|webhookb2)\/)[\w@/.-]{10,}/g,
    keepsGroup: true,
  },
  { name: "Telegram bot token", hint: ":AA", pattern: /(?<!\d)\d{8,10}:AA[\w-]{33}/g },
  {
    name: "Azure client secret",
    hint: "Q~",
    pattern: /(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{31,34}/g,
  },
  {
    name: "userinfo in a URL",
    hint: "//",
    pattern: /((?<!\/)\/\/)[^\s/?#"'<>\\]+(?=@)/g,
    keepsGroup: true,
    holds: isNotGit,
  },
  {
    name: "credentials for curl",
    hint: "-u |--user",
    pattern: /((?<![\w-])(?:-u|--user)[ =])[^\s:"']+:[^\s"']+/g,
    keepsGroup: true,
  },
  {
    name: "e-mail address",
    hint: "@|%40",
    pattern:
      /(?<![^\s"'<>()[\]{},:;@\\/=&?|])[^\s"'<>()[\]{},:;@\\/=&?|]+(?:@|%40)[^\s"'<>()[\]{},:;@\\/=&?|%.]+(?:\.[^\s"'<>()[\]{},:;@\\/=&?|%.]+)*\.\p{L}[\p{L}\d-]+/gu,
    holds: isNotGit,
  },
  {
    name: "card number",
    hint: "\\d{4}",
    pattern:
      /(?<!\d|\d\.)(?:[2-6]\d{12,18}|[2-6]\d{3}([ .-])\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ .-])\d{6}\2\d{4,5})(?!\d)/g,
    holds: passesLuhn,
  },
  {
    name: "data in base64",
    hint: "[\\w/+-]{40}",
    pattern: /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{256,}={0,2}/g,
    holds: isMixed,
    instead: (found, open) => describeBlob(found.length, open),
  },
];

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

/** What is said of data instead of the data. */
export function describeBlob(characters: number, open = false): string {
  return `[base64, ${characters}${open ? " or more" : ""} characters]`;
}

/** `git@github.com` is an address, but no person's. */
function isNotGit(found: string): boolean {
  return !/^git(?:@|$)/.test(found);
}

/** Letters of both cases and digits near its beginning: base64 and keys, but no word and no hash. */
export function isMixed(text: string): boolean {
  const head = text.slice(0, 512);
  return /[a-z]/.test(head) && /[A-Z]/.test(head) && /\d/.test(head);
}

/** The check digit of card numbers (ISO/IEC 7812), which nine of ten other numbers fail. */
function passesLuhn(number: string): boolean {
  const digits = number.replace(/\D/g, "");
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const twice = digit * 2;
    sum += at % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice;
  }
  return digits.length >= 13 && digits.length <= 19 && sum % 10 === 0;
}
