/**
 * Secrets that are known by how they look, wherever they are. Every pattern takes time in proportion to the text, whatever is in it: none
 * starts anew inside a run that it has just looked through, and what may repeat is followed by what cannot be part of it.
 */

interface ValueLook {
  readonly name: string;
  /** Letters without which `pattern` does not match: asked for all rows at once, since most texts hold no secret. */
  readonly hint: string;
  readonly pattern: RegExp;
  /** The pattern begins with a group 1, which stays. */
  readonly keepsGroup?: true;
  /** Looks again at what the pattern found, without group 1. */
  readonly holds?: (found: string) => boolean;
  /** What stands in its place, where that is not `REDACTED`. */
  readonly instead?: (found: string, open: boolean) => string;
}

export const VALUE_LOOKS: readonly ValueLook[] = [
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
