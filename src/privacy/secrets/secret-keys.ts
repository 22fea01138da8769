/**
 * Names under which secrets are kept, in data and in running text alike. Read word by word, so that `max_tokens`,
 * `keyboard` and `secretary` stay what they are.
 */

import { plainLetters } from "./plain-letters.ts";

interface KeyLook {
  /** Letters without which the look is not there: asked first and for all rows at once, as most names are innocent. */
  readonly hint: string;
  /** Asked of the name in lower case with `_` between its words. */
  readonly look: RegExp;
}

const KEY_LOOKS: readonly KeyLook[] = [
  {
    hint: "pass",
    look: /passw|passphrase|passcode|(?:^|_)pass_?keys?$|^pass$|(?:db|user|admin|root|smtp|mail|auth)_?pass$/,
  },
  { hint: "pwd|pw", look: /(?:^|_)pwd(?:_|$)|(?:^|_)pw$/ },
  { hint: "psk", look: /(?:^|_)psk$/ },
  { hint: "jwt|hmac", look: /(?:^|_)(?:jwt|hmac)(?:_(?:key|secret|token))?$/ },
  { hint: "secret", look: /(?:^|_)secret(?!ar)|secrets?(?:_|$)/ },
  // Not that of a page, which is a place in a list.
  {
    hint: "token",
    look: /(?<!page_?|continuation_?|cursor_?|next_?|sync_?|skip_?)token(?:_(?:value|secret|string|hash))?$/,
  },
  { hint: "tokens", look: /(?:^|_)(?:access|auth|refresh|api|id|session|bearer|csrf|xsrf)_?tokens$/ },
  {
    hint: "key",
    look: /(?:api|access|private|secret|encryption|signing|master|ssh|account|shared|service|client|auth|deploy|session|storage|subscription|functions?|license)_?keys?(?:_|$)/,
  },
  { hint: "key", look: /(?:^|_)(?:tls|ssl|pem|rsa|aes|gpg|pgp|ca|server|webhook)_key$/ },
  { hint: "auth", look: /(?:^|_)authorization(?:_(?:header|code))?$|(?:^|_)auth(?:_?(?:code|header))?$/ },
  { hint: "verifier", look: /code_?verifier$/ },
  { hint: "cookie", look: /(?:^|_)cookies?(?:_header)?$/ },
  { hint: "sess", look: /sess(?:ion)?_?(?:id|key|token)s?$/ },
  { hint: "sid", look: /^(?:connect_)?sid$/ },
  { hint: "cred", look: /credential|(?:^|_)creds?(?:_|$)/ },
  { hint: "bearer", look: /(?:^|_)bearer(?:_|$)/ },
  { hint: "ssn", look: /(?:^|_)ssn(?:_|$)/ },
  { hint: "social", look: /social_?security/ },
  { hint: "card", look: /card_?(?:num|number|no)(?:_|$)|(?:credit|debit)_?card$/ },
  { hint: "cc", look: /(?:^|_)cc_?(?:num|number|no)$|(?:^|_)ccn$/ },
  { hint: "cv[vc]|csc", look: /(?:^|_)(?:card_?)?(?:cvv2?|cvc2?|csc)(?:_|$)/ },
  { hint: "security", look: /security_?code$/ },
  { hint: "otp|mfa|pin", look: /(?:^|_)(?:t?otp|mfa_?code|pin_?(?:code|number))(?:_|$)/ },
  { hint: "pin", look: /^pin$|(?:^|_)(?:user|card|atm|sim|device|account|login|bank)_?pin$/ },
  { hint: "mnemonic|phrase", look: /(?:^|_)mnemonics?(?:_|$)|(?:seed|recovery|secret|backup)_?phrase/ },
  { hint: "recovery|backup", look: /(?:recovery|backup)_?codes?$/ },
  { hint: "iban|number", look: /(?:^|_)(?:iban|(?:account|routing)_?number)(?:_|$)/ },
  { hint: "sig", look: /^sig$|(?:amz|goog)_signature$/ },
];

const HINT = new RegExp(KEY_LOOKS.map(({ hint }) => hint).join("|"), "i");
/** No name of a secret is longer; what is longer is judged by its end, where the noun stands. */
const MAX_KEY_LENGTH = 128;

/** Which of several it is: `token2`, `tokenA`, `token_old`. `auth0` is a company. */
const VARIANT =
  /(?:_?(?:v?[1-9]\d{0,3}|(?<=_)(?:[a-z]|old|new|prev|previous|current|next|primary|secondary|backup|bak|tmp|temp|test|dev|staging|prod|live)))$/;

/** Whether a value under this name is a secret by its name alone. */
export function isSecretKey(key: string): boolean {
  const shown =
    plainLetters(key.length > 2 * MAX_KEY_LENGTH ? key.slice(-2 * MAX_KEY_LENGTH) : key)?.text ?? key;
  const end = shown.length > MAX_KEY_LENGTH ? shown.slice(-MAX_KEY_LENGTH) : shown;
  if (!HINT.test(end)) return false;
  const words = end
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_/, "")
    .toLowerCase();
  if (KEY_LOOKS.some(({ look }) => look.test(words))) return true;
  const bare = words.replace(VARIANT, "");
  return bare !== words && KEY_LOOKS.some(({ look }) => look.test(bare));
}

/** Of two words the second is the noun (`access token`), or both are one (`api key`); a `password policy` is none. */
export function isSecretPhrase(phrase: string): boolean {
  const [first = "", second] = phrase.split(" ");
  if (second === undefined) return isSecretKey(first);
  return isSecretKey(second) || (isSecretKey(phrase) && !isSecretKey(first));
}

/** What somebody calls a value, `Your API Key`; a title that only speaks of passwords is longer, or ends with something else. */
export function isSecretLabel(label: string): boolean {
  const words = label
    .slice(0, 2 * MAX_KEY_LENGTH)
    .trim()
    .split(/\s+/);
  return words.length <= 3 && isSecretPhrase(words.slice(-2).join(" "));
}

/** Properties that say what their neighbour of {@link VALUE_MEMBERS} is, in lower case: headers, environment variables, form fields. */
export const NAME_MEMBERS: readonly string[] = [
  "name",
  "key",
  "k",
  "header",
  "field",
  "variable",
  "param",
  "parameter",
  "property",
  "label",
  "id",
  "title",
];
export const VALUE_MEMBERS: readonly string[] = [
  "value",
  "val",
  "v",
  "values",
  "content",
  "data",
  "text",
  "default",
];
