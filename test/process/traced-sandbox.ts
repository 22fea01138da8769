import { writeFileSync } from "node:fs";
import { afterAll, beforeAll } from "vitest";
import { installedPackage } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";

/**
 * A folder with fixtures and the packages of these homes, and mcp-otelkit as it is installed, for the tests of one file.
 * @returns filled before the first test
 */
export function tracedSandbox(fixtures: string, ...homes: string[]) {
  const made: { sandbox?: Sandbox; preload?: readonly string[] } = {};
  beforeAll(async () => {
    made.preload = ["--import", await installedPackage("otel-2")];
    made.sandbox = await createSandbox(fixtures, ...homes, "otel-2");
    writeFileSync(made.sandbox.path("package.json"), "{}");
  });
  afterAll(() => made.sandbox?.remove());
  const ready = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("used before the first test");
    return value;
  };
  return {
    get folder(): string {
      return ready(made.sandbox).folder;
    },
    path: (...names: string[]): string => ready(made.sandbox).path(...names),
    /** The words that load it. */
    get preload(): readonly string[] {
      return ready(made.preload);
    },
  };
}
