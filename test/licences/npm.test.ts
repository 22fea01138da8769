// The licence of every npm package that we ship with, build by or test with, as the package itself says it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { allows, licenceOf } from "./licence.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Not permissive, and accepted: programs that only work on this project's files and of which nothing is in what we ship. */
const TOOLS: Readonly<Record<string, string>> = {
  lightningcss: "MPL-2.0",
};

/** Packages without the text they refer to, and where it is. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = {
  // https://github.com/modelcontextprotocol/servers/blob/main/LICENSE: MIT, new contributions Apache-2.0
  "@modelcontextprotocol/server-everything": "MIT AND Apache-2.0",
};

interface Locked {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
}

const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
  packages: Record<string, Locked>;
};
/** What this machine has: a package for another operating system is in the lock file only. */
const installed = Object.entries(packages).filter(
  ([path, { link }]) => path !== "" && link !== true && existsSync(join(ROOT, path, "package.json")),
);

describe("the licences of npm packages", () => {
  // What the package embeds is checked by the build, and by test/package/tarball.test.ts.
  it("are permissive for what builds and tests it, but for tools that are named", () => {
    const tools = installed.filter(([, { dev, devOptional }]) => dev === true || devOptional === true);

    expect(tools.length).toBeGreaterThan(50);
    expect(
      refused(tools).filter((said) => {
        const [name = "", licence] = said.split(": ");
        return !Object.entries(TOOLS).some(([tool, of]) => name.startsWith(tool) && licence === of);
      }),
    ).toEqual([]);
  });
});

it("a licence is known by its words", () => {
  expect(licenceOf("Permission is hereby granted, free\nof charge, to any person")).toBe("MIT");
  expect(licenceOf(readFileSync(join(ROOT, "LICENSE"), "utf8"))).toBe("Apache-2.0");
  expect(licenceOf("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007")).toBe("AGPL");
  expect(licenceOf("All rights reserved.")).toBeUndefined();
  expect(["MIT", "(MIT OR GPL-3.0)", "MIT AND ISC"].map(allows)).toEqual([true, true, true]);
  expect(["AGPL-3.0-only", "MIT AND GPL-3.0", "SEE LICENSE IN FILE"].map(allows)).toEqual([
    false,
    false,
    false,
  ]);
});

function refused(some: readonly (readonly [string, Locked])[]): string[] {
  return some
    .map(([path]) => {
      const name = path.replace(/^.*node_modules\//, "");
      return [name, SAID_ELSEWHERE[name] ?? ofPackage(join(ROOT, path))] as const;
    })
    .filter(([, licence]) => !allows(licence))
    .map(([name, licence]) => `${name}: ${licence}`);
}

/** What package.json says; where it says nothing, what the licence's text is. */
function ofPackage(folder: string): string {
  const { license, licenses } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    license?: string | { type: string };
    licenses?: { type: string }[];
  };
  if (typeof license === "string" && !license.startsWith("SEE ")) return license;
  if (typeof license === "object") return license.type;
  if (licenses !== undefined) return licenses.map(({ type }) => type).join(" OR ");
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  return (file && licenceOf(readFileSync(join(folder, file), "utf8"))) ?? "none";
}
