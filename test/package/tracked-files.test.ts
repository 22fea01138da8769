// The repository contains nothing of a developer's machine: no path, and no registry host.
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./npm.ts";

/** A slash, then a folder that is a machine's own, not a part of some URL or relative path. */
const MACHINE_PATHS = /(?<![\w.~*})\]-])\/(?:root|work|home\/\w+|Users\/\w+|tmp)\/[\w.-]/;
const REGISTRY_HOSTS =
  /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|\bnpm\.pkg\.github\b|\/artifactory\/|_auth[T]oken/;

// A tarball of the sources has no list to go by.
describe.skipIf(!existsSync(join(root, ".git")))("tracked files", () => {
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\0")
    .filter((file) => file !== "" && existsSync(join(root, file)) && lstatSync(join(root, file)).isFile());

  it("name no path of this machine", () => {
    expect(
      linesWith((line) => MACHINE_PATHS.test(line) || (homedir().length > 5 && line.includes(homedir()))),
    ).toEqual([]);
  });

  it("name no registry host", () => {
    expect(linesWith((line) => REGISTRY_HOSTS.test(line))).toEqual([]);
  });

  function linesWith(bad: (line: string) => boolean): string[] {
    return files.flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((line, index) => (bad(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 160)}`] : [])),
    );
  }
});

describe("the patterns see", () => {
  const at = (...parts: string[]) => parts.join("/");

  it.each([
    at("", "root", "x"),
    `"${at("", "work", "main")}"`,
    at("file:", "", "", "home", "ann", "x"),
    at("", "tmp", "log.txt"),
    at("", "Users", "ann", "x"),
  ])("%s", (text) => {
    expect(text).toMatch(MACHINE_PATHS);
  });

  it.each([
    "./work/x",
    "https://example.com/home/ann/x",
    "src/tmp/x",
    "`${folder}/tmp/x`",
    "the /tmp folder",
  ])("nothing in %s", (text) => {
    expect(text).not.toMatch(MACHINE_PATHS);
  });
});
