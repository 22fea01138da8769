import { expect, it } from "vitest";
import { createLineReader } from "../../src/output/protocol-lines.ts";

const REQUEST = { method: "tools/call", params: { name: "add" }, jsonrpc: "2.0", id: 1 };
const LARGE = "x".repeat(100_000);
const ESCAPED = 'so \\"jsonrpc\\":\\"2.0\\"} they said';

/** What a reader calls stray of these writes, each as text. */
function strayIn(...writes: string[]): string[] {
  const reader = createLineReader();
  return writes.flatMap((text) =>
    (reader.read(text) ?? []).flatMap(({ start, end, stray }) => (stray ? [text.slice(start, end)] : [])),
  );
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

it.each<[string, string[]]>([
  ["a request, as v1 writes it", [line(REQUEST)]],
  ["an answer, as the SDKs write it", [line({ result: { content: [] }, jsonrpc: "2.0", id: 1 })]],
  ["an answer with its version first", [line({ jsonrpc: "2.0", id: "a-b", result: {} })]],
  ["an error to nobody", [line({ jsonrpc: "2.0", id: null, error: { code: -32700, message: "no" } })]],
  ["a notification", [line({ jsonrpc: "2.0", method: "notifications/initialized" })]],
  ["a quotation mark in an id", [line({ result: { a: LARGE }, id: 'a"b', jsonrpc: "2.0" })]],
  ["a version in the middle", [line({ params: { a: 1 }, jsonrpc: "2.0", method: "x", other: [1] })]],
  ["a large answer, version behind", [line({ result: { text: LARGE }, jsonrpc: "2.0", id: 1 })]],
  ["a large answer, version before", [line({ jsonrpc: "2.0", id: 1, result: { text: LARGE } })]],
  [
    "a large answer, version between two large parts",
    [line({ result: LARGE, jsonrpc: "2.0", other: LARGE })],
  ],
  ["a batch", [line([REQUEST, REQUEST])]],
  ["spaces and a carriage return", ['{ "jsonrpc": "2.0", "id": 1, "result": {} }\r\n']],
  ["several lines in one write", [line(REQUEST) + line(REQUEST) + line(REQUEST)]],
  ["text and its line end apart", [JSON.stringify(REQUEST), "\n"]],
  ["nothing", ["", line(REQUEST), ""]],
  ["one character at a time", (line(REQUEST) + line([REQUEST]) + line(REQUEST)).split("")],
  [
    "a line and a half, and the other half",
    [line(REQUEST) + line(REQUEST).slice(0, 9), line(REQUEST).slice(9)],
  ],
  ["a large line in pieces", line({ result: LARGE, jsonrpc: "2.0", id: 1 }).match(/.{1,8192}\n?/gs) ?? []],
])("%s is the protocol's", (_what, writes) => {
  expect(strayIn(...writes)).toEqual([]);
});

it.each<[string, string]>([
  ["a sentence", "listening\n"],
  ["a sentence without an end", "loading..."],
  ["an empty line", "\n"],
  ["spaces", "  \n"],
  ["a progress bar", "\r[=>  ] 25%"],
  ["an object as console.log shows it", "{ jsonrpc: '2.0', id: 1 }\n"],
  ["a message as console.log shows it", '{ text: \'{"jsonrpc":"2.0"}\' }\n'],
  ["a line of a JSON logger", line({ level: 30, msg: "hello" })],
  ["a JSON logger that quotes a message", line({ level: 30, msg: JSON.stringify(REQUEST) })],
  ["a JSON logger that holds a message", line({ level: 30, message: REQUEST })],
  ["words that look like it", `{"msg":"${ESCAPED}"}\n`],
  ["a message behind a word", `received ${line(REQUEST)}`],
  ["a message behind a level", `[debug] ${line(REQUEST)}`],
  ["another version", line({ ...REQUEST, jsonrpc: "1.0" })],
  ["a cut message", '{"jsonrpc":"2.0","id":1,"result":\n'],
  ["no JSON", '{"jsonrpc": oops}\n'],
  ["an empty batch", "[]\n"],
  ["a list", "[1,2]\n"],
  ["a batch with something else in it", line([REQUEST, { level: 30 }])],
  ["a number", "42\n"],
  ["null", "null\n"],
  ["colours", "\u001B[32mready\u001B[0m\n"],
  ["something large", `${LARGE}\n`],
  ["a large object", line({ text: LARGE })],
])("%s is stray", (_what, text) => {
  expect(strayIn(text, line(REQUEST))).toEqual([text]);
});

it("every piece of a stray line is stray", () => {
  expect(strayIn('{"level":30', ',"msg":"x"}', "\n", line(REQUEST))).toEqual([
    '{"level":30',
    ',"msg":"x"}',
    "\n",
  ]);
  expect(strayIn("load", "ing", "\n", line(REQUEST))).toEqual(["load", "ing", "\n"]);
});

it("a stray line among messages in one write is found", () => {
  expect(strayIn(`${line(REQUEST)}hello\n${line(REQUEST)}\nbye`)).toEqual(["hello\n", "\n", "bye"]);
});

it("what breaks into a message is stray, not the message", () => {
  const [head, rest] = [line(REQUEST).slice(0, 30), line(REQUEST).slice(30)];
  expect(strayIn(head, "hello\n", rest, line(REQUEST))).toEqual(["hello\n"]);
});

it("what only began like a message does not make the next one stray", () => {
  expect(strayIn("{", line(REQUEST), "hello\n")).toEqual(["hello\n"]);
  expect(strayIn('{"id": 1, "level"', line(REQUEST), "hello\n")).toEqual(["hello\n"]);
  expect(strayIn('{"id": 1, ', '"level": 2}\n', line(REQUEST))).toEqual(['"level": 2}\n']);
});
