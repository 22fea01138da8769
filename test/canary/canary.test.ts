// Nothing private is in any export or output, except for what a setting allows. The whole table: `npm run prove --
// canary`.
import { beforeAll, describe, expect, test } from "vitest";
import { markOf } from "../fixtures/canary/marks.mjs";
import { inTurn } from "../matrix/in-turn.ts";
import { converse, type Conversation } from "./converse.ts";
import { FIELDS } from "./fields.ts";
import { blindSpots, faultsOf, judge, silences, unlisted } from "./judge.ts";
import { scan } from "./scanner.ts";
import { PLANTING, SETTINGS, type Setting } from "./settings.ts";
import { describeWay, WAYS, type Way } from "./ways.ts";
import { patience } from "../support/patience.ts";

/** A few of the settings, each over one way, which together use every field. The others: `npm run prove -- canary`. */
const ON: Readonly<Record<string, readonly string[]>> = {
  default: ["v1 http", "v2 stdio", "v2 http-modern"],
  "uri template": ["v1 stdio"],
  "both off": ["v1 stdio"],
  arguments: ["v1 stdio"],
  everything: ["v2 http", "v2 stdio-modern"],
  declared: ["v1 http"],
  protect: ["v1 stdio"],
};
const AT_ONCE = 2;

interface Talk {
  readonly title: string;
  readonly way: Way;
  readonly setting: Setting;
}

const talk = (setting: Setting, way: Way): Talk => ({
  title: `${setting.name}, ${describeWay(way)}`,
  way,
  setting,
});
const TALKS: readonly Talk[] = SETTINGS.flatMap((setting) =>
  WAYS.filter((way) => ON[setting.name]?.includes(describeWay(way))).map((way) => talk(setting, way)),
);
const PLANTED = WAYS.slice(0, 2).map((way) => talk(PLANTING, way));

describe("a conversation in which every field is marked", { tags: ["slow"] }, () => {
  const held = new Map<Talk, Promise<Conversation>>();
  const heldIn = (one: Talk): Promise<Conversation> => {
    const conversation = held.get(one) ?? converse(one.way, one.setting);
    held.set(one, conversation);
    return conversation;
  };
  beforeAll(async () => {
    // A failure belongs to the test that reports it.
    await inTurn([...TALKS, ...PLANTED], AT_ONCE, (one) => heldIn(one).catch(() => undefined));
  }, patience(100_000)); // each program has its own limit

  test.each(TALKS)("$title: nothing but what is let through, and all of that", async (one) => {
    const conversation = await heldIn(one);

    expect(unlisted(conversation)).toEqual([]);
    expect(silences(conversation, one.setting)).toEqual([]);
    expect(faultsOf(judge(conversation, one.way, one.setting))).toEqual([]);
  });

  test.each(PLANTED)("$title: what the application says itself is found on every channel", async (one) => {
    const conversation = await heldIn(one);

    expect(blindSpots(conversation)).toEqual([]);
    expect(
      conversation.pieces.some(({ channel, text }) => channel === "stdout" && scan(text).length > 0),
    ).toBe(true);
  });

  test("all fields were said", async () => {
    const said = new Set(
      (await Promise.all(TALKS.map(heldIn))).flatMap((conversation) => [...conversation.said]),
    );

    expect([...FIELDS.keys()].filter((field) => !said.has(field))).toEqual([]);
  });
});

describe("a mark is found", () => {
  const mark = markOf("argument-text");
  const bytes = (write: (code: string) => string): string =>
    Array.from(Buffer.from(mark), (byte) => write(byte.toString(16))).join("");
  const base64 = (text: string): string => Buffer.from(text).toString("base64");

  test.each([
    ["as it is", mark],
    ["inside a text", `a${mark}b`],
    ["as its first 12 characters", `${mark.slice(0, 12)}…`],
    ["as its last 12 characters", `…${mark.slice(-12)}`],
    ["in lower case", mark.toLowerCase()],
    ["in upper case", mark.toUpperCase()],
    ["as JSON inside JSON inside JSON", JSON.stringify(JSON.stringify(JSON.stringify({ a: `"${mark}"` })))],
    ["with every character escaped for a URL", bytes((code) => `%${code}`)],
    ["with every character escaped for JSON", bytes((code) => `\\u00${code}`)],
    ["in hexadecimal", Buffer.from(mark).toString("hex")],
    ["as bytes in print", bytes((code) => `\\x${code}`)],
    ["in base64", base64(mark)],
    ["in base64, from its second byte", base64(`x${mark}`)],
    ["in base64, from its third byte", base64(`xy${mark}`)],
    ["in base64 for URLs", Buffer.from(`{"a":"${mark}"}`).toString("base64url")],
  ])("%s", (_, text) => {
    expect(new Set(scan(text).map(({ field }) => field))).toEqual(new Set(["argument-text"]));
  });

  test("and nothing else is", () => {
    expect(scan("CNRY of the coal mine 0123456789abcdef CNRY00000000 Q05SWQ==")).toEqual([]);
  });
});
