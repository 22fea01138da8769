/**
 * Text as it looks. `pa<zero-width space>ssword` and `pаssword` with a Cyrillic letter look like the name of a secret to a reader, and
 * to the model that writes it down.
 */

/** Nothing of these is seen. */
const INVISIBLE = /[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/;
/** What may be in disguise: the invisible, Greek, Cyrillic, and the wide forms of ASCII. */
const DISGUISED = new RegExp(`${INVISIBLE.source}|[\\u0370-\\u03ff\\u0400-\\u052f\\uff01-\\uff5e]`);

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
  /** Where a character stands in the text as it came. */
  readonly places: readonly number[];
}

/** The text without its disguise; `undefined` where it has none. */
export function plainLetters(text: string): PlainText | undefined {
  if (!DISGUISED.test(text)) return undefined;
  let plain = "";
  const places: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const isAscii = text.charCodeAt(at) < 0x80;
    if (!isAscii && INVISIBLE.test(character)) continue;
    plain += isAscii ? character : letterOf(character);
    places.push(at);
  }
  return { text: plain, places };
}

function letterOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  return LOOK_ALIKES.get(character) ?? character;
}
