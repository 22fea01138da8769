import { describe, expect, it } from "vitest";
import { createEventReader } from "../../src/wire/http/event-stream.ts";
import { patience } from "../support/patience.ts";

function read(chunks: readonly (string | Buffer)[], limit = 1000) {
  const heard: string[] = [];
  const reader = createEventReader(limit, (type, data) => heard.push(`${type}: ${data}`), {
    resumable: () => heard.push("an id"),
    unread: () => heard.push("unread"),
  });
  for (const chunk of chunks) reader.push(Buffer.from(chunk as string));
  return heard;
}

const STREAMS: Readonly<Record<string, readonly [text: string, ...heard: string[]]>> = {
  "an event": ["data: {}\n\n", "message: {}"],
  "an event of a type": [
    "event: endpoint\ndata: /messages?sessionId=1\n\n",
    "endpoint: /messages?sessionId=1",
  ],
  "an event with an id": ["id: 7\ndata: a\n\n", "an id", "message: a"],
  "several lines of data": ["data: a\ndata:  b\ndata:c\n\n", "message: a\n b\nc"],
  "ends of lines of all kinds": [
    "data: a\r\n\r\ndata: b\r\rdata: c\n\n",
    "message: a",
    "message: b",
    "message: c",
  ],
  "comments and what it does not know": [": keep-alive\n\nretry: 10\nfoo: bar\n\ndata: a\n\n", "message: a"],
  "no data": ["event: a\n\n\n\n"],
  "an empty line of data": ["data\n\n", "message: "],
  "an event that does not end": ["data: a\n\ndata: b\n", "message: a"],
  "letters of several bytes": ["\uFEFFdata: zwölf 𝟙𝟚\n\n", "message: zwölf 𝟙𝟚"],
};

describe("an event stream", () => {
  it.each(Object.entries(STREAMS))("%s", (_case, [text, ...heard]) => {
    expect(read([text])).toEqual(heard);
  });

  it.each(Object.entries(STREAMS))("%s, byte by byte", (_case, [text, ...heard]) => {
    const bytes = Buffer.from(text);

    expect(read(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)))).toEqual(heard);
  });

  it("leaves out an event that is too long, and reads the next", () => {
    const long = "x".repeat(60);

    expect(read([`data: ${long}\ndata: ${long}\n`, `data: ${long}\n\ndata: a\n\n`], 100)).toEqual([
      "unread",
      "message: a",
    ]);
  });

  it("takes time in proportion to its length", () => {
    const part = Buffer.from("x".repeat(1024));
    const heard: number[] = [];
    const reader = createEventReader(Infinity, (_type, data) => heard.push(data.length), {
      resumable: () => undefined,
      unread: () => undefined,
    });
    const since = performance.now();

    reader.push(Buffer.from("data: "));
    for (let count = 0; count < 16 * 1024; count += 1) reader.push(part);
    reader.push(Buffer.from("\n\n"));

    expect(heard).toEqual([16 * 1024 * 1024]);
    expect(performance.now() - since).toBeLessThan(patience(2000));
  });
});
