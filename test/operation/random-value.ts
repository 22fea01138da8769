/** Random values, the same for the same seed, with secrets in them. */

/** Secrets, each with a piece that must stay hidden: the part that distinguishes it, from its first characters on. */
export const SECRETS: readonly { readonly secret: string; readonly piece: string }[] = [
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "eyJ"],
  ["Bearer hunter-two-is-here", "hun"],
  ["Basic aHVudGVyOmh1bnRlcg==", "aHV"],
  ["sk-proj-abcdefghijklmnop1234", "sk-p"],
  ["ghp_abcdefghijklmnop1234567890", "ghp_"],
  ["xoxb-123456789012-abcdefghijkl", "xoxb"],
  ["AKIAIOSFODNN7EXAMPLE", "AKIA"],
  [`AIza${"Sy4_".repeat(8)}abc`, "AIza"],
  ["-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----", "-----"],
  ["postgres://admin:hunter2@db/x", "hunt"],
  ["bob.builder@example.com", "bob."],
  ["4111 1111 1111 1111", "411"],
  ["5500000000000004", "550"],
  ["password=hunter2hunter2", "hunt"],
  ['{"client_secret":"hunter two and three"}', "hunt"],
  ["Authorization: Custom hunter, 2 and 3", "hunt"],
].map(([secret = "", piece = ""]) => ({ secret, piece }));

const KEYS = [
  "a",
  "name",
  "user",
  "value",
  "items",
  "text",
  "__proto__",
  "constructor",
  "toString",
  "0",
  "",
  "ключ",
];
const SECRET_KEYS = ["password", "apiKey", "Authorization", "session_id", "client-secret"];
const WORDS = [
  "so",
  "it",
  "goes",
  "(and",
  "on)",
  "\n",
  "\t",
  '"quoted"',
  "\\",
  "naïve",
  "👍",
  "\ud83d",
  "12",
  "a@b",
  "x=y",
  "--",
];

export function randomOf(seed: number): { value: unknown; limit: number } {
  const next = generator(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  const many = (most: number): number => Math.floor(next() * next() * most);

  const text = (): string => {
    const words = Array.from({ length: many(next() < 0.05 ? 5000 : 40) }, () =>
      next() < 0.1 ? pick(SECRETS).secret : pick(WORDS),
    );
    // A secret is a separate word, as in texts and data.
    return words.join(" ");
  };
  const value = (depth: number): unknown => {
    const kind = next();
    if (depth > 6 || kind < 0.35) return text();
    if (kind < 0.4)
      return pick([0, -0, 1.5, 4111111111111111, Number.NaN, true, false, null, undefined, 10n, Symbol("s")]);
    if (kind < 0.45)
      return pick([
        new Date(0),
        new Map([[1, "hunt"]]),
        Buffer.from("hunter"),
        () => "hunter",
        new URL("http://a"),
      ]);
    if (kind < 0.65) return Array.from({ length: many(20) }, () => value(depth + 1));
    const object: Record<string, unknown> =
      next() < 0.2 ? (Object.create(null) as Record<string, unknown>) : {};
    for (let left = many(15); left > 0; left--) {
      const secret = next() < 0.2;
      const name = secret ? pick(SECRET_KEYS) : `${pick(KEYS)}${next() < 0.5 ? left : ""}`;
      Object.defineProperty(object, name, {
        value: secret ? pick(["hunter2", ["hunter2"], { x: "hunter2" }]) : value(depth + 1),
        enumerable: true,
        configurable: true,
      });
    }
    return object;
  };
  return { value: value(0), limit: Math.floor(next() * (next() < 0.5 ? 200 : 5000)) };
}

/** Mulberry32: numbers from 0 to 1, one after the other. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
