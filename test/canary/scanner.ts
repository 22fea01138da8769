import { idOf } from "../fixtures/canary/marks.mjs";
import { FIELDS, PLANTED } from "./fields.ts";

const FIELD_OF_ID: ReadonlyMap<string, string> = new Map(
  [...FIELDS.keys(), ...PLANTED.keys()].map((field) => [idOf(field), field]),
);

export interface Hit {
  readonly field: string;
  readonly index: number;
}

const ID = "[0-9a-f]{8}";
const hexOf = (text: string): string => Buffer.from(text).toString("hex");
const HEX_DIGITS = `((?:3[0-9]|6[1-6]|4[1-6]){8})`;

/** The encodings of a mark, or of its first or last twelve characters, and how to read its id from each. */
const WRITINGS: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [new RegExp(`CNRY(${ID})`, "gi"), (match) => match[1] ?? ""],
  [new RegExp(`(${ID})YRNC`, "gi"), (match) => match[1] ?? ""],
  [new RegExp(`${hexOf("CNRY")}${HEX_DIGITS}`, "gi"), (match) => fromHex(match[1])],
  [new RegExp(`${HEX_DIGITS}${hexOf("YRNC")}`, "gi"), (match) => fromHex(match[1])],
  // Base64 takes three bytes at a time: the mark may begin at the first, the second or the third of them.
  [/Q05SW[\w+/-]{11}/g, (match) => fromBase64(match[0])],
  [/NOUl[\w+/-]{12}/g, (match) => fromBase64(`AE${match[0]}`)],
  [/DTlJZ[\w+/-]{11}/g, (match) => fromBase64(`AAB${match[0]}`)],
];

function fromHex(digits = ""): string {
  return Buffer.from(digits, "hex").toString("latin1");
}

function fromBase64(text: string): string {
  const decoded = Buffer.from(text, "base64").toString("latin1");
  return new RegExp(`CNRY(${ID})`).exec(decoded)?.[1] ?? "";
}

/** Other writings of characters that a mark has; undone first. */
const ESCAPES: readonly (readonly [RegExp, number])[] = [
  [/%([0-9a-f]{2})/gi, 16],
  [/\\u00([0-9a-f]{2})/gi, 16],
  [/\\x([0-9a-f]{2})/gi, 16],
  [/&#(\d{2});/g, 10],
  [/&#x([0-9a-f]{2});/gi, 16],
];

/** Finds every mark, in any encoding; the places are those in the original text where nothing had to be decoded. */
export function scan(text: string): Hit[] {
  const found = scanPlain(text);
  const known = new Set(found.map(({ field }) => field));
  for (const [pattern, base] of ESCAPES) {
    const plain = text.replace(pattern, (_, code: string) => String.fromCharCode(parseInt(code, base)));
    if (plain === text) continue;
    for (const { field } of scanPlain(plain)) {
      if (known.has(field)) continue;
      known.add(field);
      found.push({ field, index: 0 });
    }
  }
  return found;
}

function scanPlain(text: string): Hit[] {
  return WRITINGS.flatMap(([pattern, idIn]) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const field = FIELD_OF_ID.get(idIn(match).toLowerCase());
      return field === undefined ? [] : [{ field, index: match.index }];
    }),
  );
}
