/**
 * Text as it looks. `pa<zero-width space>ssword` and `pаssword` with a Cyrillic letter look like the name of a secret to a reader, and
 * to the model that writes it down.
 */

/** Nothing of these is seen. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/** What may be in disguise: the invisible, Greek, Cyrillic, and the wide forms of ASCII. */
const DISGUISED = new RegExp(`${INVISIBLE.source}|[\\u0370-\\u03ff\\u0400-\\u052f\\uff01-\\uff5e]`, "u");

/** Letters that look like one of ASCII, and that one. Source: Unicode Technical Standard #39, confusables. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  [
    "аaеeоoрpсcуyхxѕsіiјjԁdһhԛqԝwкkмmтtнhвbӏlгr",
    "АAВBЕEКKМMНHОOРPСCТTУYХXЅSІIЈJӀI",
    "αaοoρpνvκkιiτtυuγyϲc",
    "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX",
  ].flatMap((pairs) =>
    [...pairs.matchAll(/(.)(.)/gu)].map(([, from = "", to = ""]): [string, string] => [from, to]),
  ),
);

export interface PlainText {
  readonly text: string;
  /** The place of a character in the text as it came. */
  readonly places: readonly number[];
}

/** The text without its disguise; `undefined` where it has none. */
export function plainLetters(text: string): PlainText | undefined {
  if (!DISGUISED.test(text)) return undefined;
  let plain = "";
  const places: number[] = [];
  for (let at = 0; at < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const isAscii = text.charCodeAt(at) < 0x80;
    if (isAscii || !INVISIBLE.test(character)) {
      const letter = isAscii ? character : letterOf(character);
      for (let unit = 0; unit < letter.length; unit++) places.push(at + unit);
      plain += letter;
    }
    at += character.length;
  }
  return { text: plain, places };
}

function letterOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  return LOOK_ALIKES.get(character) ?? character;
}
