import { describe, expect, it } from "vitest";
import { differingLines } from "./compare.ts";

const said = (...lines: string[]): string => `${lines.join("\n")}\n`;

describe("a traced conversation beside plain ones", () => {
  it("is the same, byte for byte", () => {
    expect(differingLines([said("a", "b"), said("a", "b")], said("a", "b"))).toEqual([]);
  });

  it.each([
    ["a line more", said("a", "b", "c"), ["new: c"]],
    ["a line less", said("a"), ["missing: b"]],
    ["another number", said("a", "b 1"), ["missing: b", "new: b 1"]],
  ])("differs by %s", (_what, traced, lines) => {
    expect(differingLines([said("a", "b"), said("a", "b")], traced)).toEqual(lines);
  });

  it("is the same where the server itself varies a date, an id or the order", () => {
    const plain = [said("at 10:15", "id 0af7651916cd43dd"), said("at 10:16", "id b7ad6b7169203331")];

    expect(differingLines(plain, said("id 00f067aa0ba902b7", "at 10:17"))).toEqual([]);
  });

  it("differs where the server varies other things alone", () => {
    const plain = [said("at 10:15", "answer"), said("at 10:16", "answer")];

    expect(differingLines(plain, said("at 10:17", "another"))).toEqual(["missing: answer", "new: another"]);
  });

  it("may have as many other lines as the plain ones do not share", () => {
    const plain = [said("answer", "apple"), said("answer", "pear")];

    expect(differingLines(plain, said("answer", "plum"))).toEqual([]);
    expect(differingLines(plain, said("plum", "cherry"))).not.toEqual([]);
  });
});
