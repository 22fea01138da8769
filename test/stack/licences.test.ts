// The licence of every Go module in the programs that are built here.
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { modulesOf, refusedOf } from "../licences/go-modules.ts";
import { NEEDS_SERVERS, programs } from "./given.ts";
import { PROGRAMS } from "./pins.ts";

const HAS_GO = spawnSync("go", ["version"]).status === 0;

describe("the licences of Go modules", { skip: NEEDS_SERVERS.skip || !HAS_GO, timeout: 300_000 }, () => {
  it.each(PROGRAMS)("are permissive for all of %s", (program) => {
    const modules = modulesOf(programs()[program]);

    expect(modules.length).toBeGreaterThan(10);
    expect(refusedOf(modules)).toEqual([]);
  });

  it("Loki and Grafana, which are under the AGPL, are in none of them", () => {
    const all = PROGRAMS.flatMap((program) => modulesOf(programs()[program]));

    expect(all.filter((module) => /github\.com\/grafana\/(loki|grafana|tempo|mimir)\b/.test(module))).toEqual(
      [],
    );
  });
});
