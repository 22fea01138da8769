// Which licence a text is, and which ones this project may build from and ship.

/**
 * Recognised by a phrase that only that licence has. The least permissive comes first: a file may contain several
 * licences, and the first match counts.
 */
const TOLD_BY: readonly (readonly [string, RegExp])[] = [
  // Its own text names the AGPL among others, so what begins with it is it.
  ["MPL-2.0", /^\s*(Copyright[^\n]*\s+)?Mozilla Public License,?\s+v(ersion|\.)\s*2\.0/i],
  ["AGPL", /GNU AFFERO GENERAL PUBLIC LICENSE/i],
  ["LGPL", /GNU (LESSER|LIBRARY) GENERAL PUBLIC LICENSE/i],
  ["GPL", /GNU GENERAL PUBLIC LICENSE\s+Version/i],
  ["SSPL", /Server Side Public License/i],
  ["BUSL", /Business Source License/i],
  ["Elastic", /Elastic License/i],
  ["Commons Clause", /Commons Clause/i],
  ["MPL-2.0", /Mozilla Public License,?\s+v(ersion|\.)\s*2\.0/i],
  ["EPL", /Eclipse Public License/i],
  ["Apache-2.0", /Apache License,?\s+Version 2\.0|apache\.org\/licenses\/LICENSE-2\.0/i],
  ["BSD", /Redistribution and use in source and binary forms/i],
  ["MIT", /Permission is hereby granted, free of charge/i],
  ["ISC", /Permission to use, copy, modify, and(\/or)? distribute this software/i],
  ["Unlicense", /This is free and unencumbered software released into the public domain/i],
  ["CC0-1.0", /CC0 1\.0 Universal/i],
  ["Zlib", /This software is provided 'as-is', without any express or implied/i],
];

/**
 * Permissive: users of the program only have to keep a notice. By SPDX name, https://spdx.org/licenses/, or by the
 * names above.
 */
const PERMISSIVE = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);

export const isPermissive = (licence: string): boolean => PERMISSIVE.has(licence);

/** `undefined` for a text that is none of those. */
export function licenceOf(text: string): string | undefined {
  const words = text.replaceAll(/\s+/g, " ");
  return TOLD_BY.find(([, phrase]) => phrase.test(words))?.[0];
}

/** An SPDX expression is permissive when all parts of an AND are, and one of an OR. https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/ */
export function allows(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, "")
    .split(/ AND /)
    .every((part) => part.split(/ OR /).some((one) => isPermissive(one.trim())));
}
