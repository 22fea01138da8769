/**
 * Text as it looks. `pa<zero-width space>ssword` and `pаssword` with a Cyrillic letter look like the name of a secret to a reader, and
 * to the model that writes it down; so does `pass\\u0077ord` to a parser of JSON.
 */

/** Nothing of these is seen. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const MARK = /\p{M}/gu;
/** Scripts and blocks with letters that look like one of ASCII, alone or below an accent. */
const BLOCKS: readonly string[] = [
  String.raw`\u00c0-\u02af\u1d00-\u1eff\ua720-\ua7ff`, // Latin
  String.raw`\u0300-\u036f`, // accents of their own
  String.raw`\u0370-\u03ff\u0400-\u052f\u0530-\u058f`, // Greek, Cyrillic, Armenian
  String.raw`\u2100-\u214f\u249c-\u24e9\uff01-\uff5e`, // like letters, in circles, wide
  String.raw`\u{1d400}-\u{1d7ff}\u{1f110}-\u{1f189}`, // mathematical, in squares
];
/** A letter or digit in the notation of JSON, of JavaScript or of URIs. */
const ESCAPED = String.raw`(?:\\{1,7}u00|\\{1,7}x|%)([2-7][0-9a-fA-F])`;
const DISGUISED = new RegExp(`${INVISIBLE.source}|[${BLOCKS.join("")}]|${ESCAPED}`, "u");
const ESCAPE = new RegExp(ESCAPED, "y");

/** Letters that look like one of ASCII, and that one, where Unicode does not know them for the same. Source: Unicode Technical Standard #39, confusables. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  [
    "аaеeоoрpсcуyхxѕsіiјjԁdһhԛqԝwкkмmтtнhвbӏlгr",
    "АAВBЕEКKМMНHОOРPСCТTУYХXЅSІIЈJӀI",
    "αaοoρpνvκkιiτtυuγyϲc",
    "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX",
    "օoսuոnհhցgզqաwյjքpԱUՕOՍUՏSԼL",
    "ıiȷjɑaɡgɩiʋvɯwøoØOłlŁLđdĐDħhŧtƙkƥpɓbɗdɠgɦhɪiʏy",
    "ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwᴢz",
  ].flatMap((pairs) =>
    [...pairs.matchAll(/(.)(.)/gu)].map(([, from = "", to = ""]): [string, string] => [from, to]),
  ),
);

export interface PlainText {
  readonly text: string;
  /** Where a character begins in the text as it came, and where it ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** The text without its disguise; `undefined` where it has none. */
export function plainLetters(text: string): PlainText | undefined {
  if (!DISGUISED.test(text)) return undefined;
  let plain = "";
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < text.length;) {
    const { letter, length } = letterAt(text, at);
    for (let unit = 0; unit < letter.length; unit++) {
      starts.push(at);
      ends.push(at + length);
    }
    plain += letter;
    at += length;
  }
  return { text: plain, starts, ends };
}

/** What is seen at a place, and how many characters of the text that is. */
function letterAt(text: string, at: number): { letter: string; length: number } {
  const first = text.charAt(at);
  if (first === "\\" || first === "%") {
    ESCAPE.lastIndex = at;
    const letter = String.fromCharCode(Number.parseInt(ESCAPE.exec(text)?.[1] ?? "0", 16));
    // Escaped quotes and signs stay as they are: what is between them is looked at as a text within a text.
    return /[\w.-]/.test(letter) ? { letter, length: ESCAPE.lastIndex - at } : { letter: first, length: 1 };
  }
  if (first < "\u0080") return { letter: first, length: 1 };
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return { letter: INVISIBLE.test(character) ? "" : letterOf(character), length: character.length };
}

function letterOf(character: string): string {
  const known = LOOK_ALIKES.get(character);
  if (known !== undefined) return known;
  const bare = character.normalize("NFKD").replace(MARK, "");
  // Not what stands for a word or a fraction.
  if (bare.length > 2) return character;
  return LOOK_ALIKES.get(bare) ?? bare;
}
