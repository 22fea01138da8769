import { expect, it } from "vitest";
import { importsOf } from "./imports-of.ts";

it("sees no import in comments, strings and templates", () => {
  const text = [
    '// import "left-pad"',
    '/* const x = require("left-pad") */',
    'const code = \'import("left-pad")\' + `require("left-pad"); ${\'import("left-pad")\'}`;',
    'const odd = /["\'`]/; // require("left-pad")',
    'const url = "http://example.com"; require.resolve("left-pad");',
  ];

  expect(importsOf(text.join("\n"))).toEqual([]);
});

it("recognises imports of types only", () => {
  const text = [
    'import type { A } from "a";',
    'import { type B, type C } from "b";',
    'export type { D } from "d";',
    'type E = import("e").E;',
  ];

  expect(importsOf(text.join("\n")).map(({ name, type }) => [name, type])).toEqual([
    ["a", true],
    ["b", false],
    ["d", true],
    ["e", false],
  ]);
});
