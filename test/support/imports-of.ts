/**
 * What a TypeScript file imports, exports from, or requires. TypeScript 7 has no parser to call yet, so: strings are put aside
 * first and comments and templates dropped, and what is left is regular enough.
 */
export function importsOf(source: string): { name: string; type: boolean }[] {
  const strings: string[] = [];
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\}|[^`\\])*`|(?<=[=(,:[!&|?{};]\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//g;
  const code = source.replace(token, (match) =>
    /^["']/.test(match) ? `"${strings.push(match.slice(1, -1)) - 1}"` : " ",
  );
  const loaders = [
    "require",
    ...[...code.matchAll(/(?:const|let)\s+(\w+)\s*=\s*createRequire\(/g)].map((match) => match[1]),
  ];
  const statements =
    /(?:^|[;}])\s*(?:import|export)\b(?<type>\s+type\b(?!\s*(?:,|from)))?(?:[\w\s{},*$]*?\bfrom)?\s*"(?<name>\d+)"/gm;
  const calls = new RegExp(
    String.raw`(?:\bimport|(?<!\.)\b(?:${loaders.join("|")})|\bcreateRequire\((?:[^()]|\([^()]*\))*\))\s*\(\s*"(?<name>\d+)"`,
    "g",
  );
  return [...code.matchAll(statements), ...code.matchAll(calls)].map(({ groups }) => ({
    name: strings[Number(groups?.["name"])] ?? "",
    type: groups?.["type"] !== undefined,
  }));
}
