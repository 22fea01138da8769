import { describe, expect, it } from "vitest";
import { createLineSplitter, type Piece } from "../../src/wire/pipe/lines.ts";

/** `line "text"` or `part "text"`, for each piece. */
function show(pieces: readonly Piece[]): string[] {
  return pieces.map(({ kind, bytes }) => `${kind} ${JSON.stringify(bytes.toString())}`);
}

const bytes = (text: string): Buffer => Buffer.from(text);

describe("the line splitter", () => {
  it("gives whole lines with their ends, CRLF too, of one chunk", () => {
    expect(show(createLineSplitter().push(bytes("a\nb\r\n\n")))).toEqual([
      String.raw`line "a\n"`,
      String.raw`line "b\r\n"`,
      String.raw`line "\n"`,
    ]);
  });

  it("keeps half a line until its newline comes, and no longer", () => {
    const lines = createLineSplitter();

    expect(show(lines.push(bytes("hal")))).toEqual([]);
    expect(lines.kept).toBe(3);
    expect(show(lines.push(bytes("f\nnext")))).toEqual([String.raw`line "half\n"`]);
    expect(lines.kept).toBe(4);
  });

  it("gives what no newline has ended at the end", () => {
    const lines = createLineSplitter();
    lines.push(bytes("no newline"));

    expect(show(lines.end())).toEqual(['part "no newline"']);
    expect(show(lines.end())).toEqual([]);
  });

  it("lets a line over the limit pass in pieces, counts it once, and goes on with the next", () => {
    let long = 0;
    const lines = createLineSplitter(5, () => (long += 1));

    const pieces = ["abc", "def", "ghi\nok\n"].flatMap((text) => lines.push(bytes(text)));

    expect(show(pieces)).toEqual([
      'part "abc"',
      'part "def"',
      String.raw`part "ghi\n"`,
      String.raw`line "ok\n"`,
    ]);
    expect(long).toBe(1);
  });

  it("shows the beginning and the end of a line over the limit", () => {
    const seen: string[] = [];
    const lines = createLineSplitter(5, ({ head, tail }) =>
      seen.push(`${head.toString()} ${tail.toString()}`),
    );

    for (const text of ["abc", "def", "ghi"]) lines.push(bytes(text));
    expect(seen).toEqual([]);
    lines.push(bytes("\nok\n"));

    expect(seen).toEqual(["abcdefghi\n abcdefghi\n"]);
  });

  it("takes a long line in very many pieces", () => {
    const lines = createLineSplitter(200_000);
    let passed = 0;

    for (let sent = 0; sent <= 200_000; sent += 1)
      for (const piece of lines.push(bytes("x"))) passed += piece.bytes.length;

    expect(passed).toBe(200_001);
  });

  it("never keeps more than its limit of a line of 50 MB", () => {
    const lines = createLineSplitter();
    const chunk = Buffer.alloc(64 * 1024, "x");
    let most = 0;
    let passed = 0;

    for (let sent = 0; sent < 50 * 1024 * 1024; sent += chunk.length) {
      for (const piece of lines.push(chunk)) passed += piece.bytes.length;
      most = Math.max(most, lines.kept);
    }
    passed += lines.push(bytes("\n")).reduce((sum, piece) => sum + piece.bytes.length, 0);

    expect(most).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(passed).toBe(50 * 1024 * 1024 + 1);
  });

  it.each([1, 2, 3, 7, 100])("gives back every byte, in chunks of %i", (size) => {
    const stream = Buffer.concat([
      bytes('{"a":"ü"}\r\n'),
      Buffer.from([0xff, 0xfe, 0x0a, 0x00]),
      bytes("a long line\nx"),
    ]);
    const lines = createLineSplitter(9);
    const pieces: Piece[] = [];
    for (let at = 0; at < stream.length; at += size)
      pieces.push(...lines.push(stream.subarray(at, at + size)));
    pieces.push(...lines.end());

    expect(Buffer.concat(pieces.map((piece) => piece.bytes))).toEqual(stream);
  });
});
