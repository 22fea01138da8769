// Before the first test, and outside every test's time: the packages that the tests use are installed.
import type { TestProject } from "vitest/node";
import { PROOFS, TEST_HOMES } from "../proofs.ts";
import { prepareHomes, preparePackage } from "./prepare-homes.ts";

export async function setup({ vitest }: TestProject): Promise<void> {
  const leavesProofsOut = vitest.config.tagsFilter?.includes("!proof") === true;
  await prepareHomes(leavesProofsOut ? TEST_HOMES : (PROOFS["processes"]?.homes ?? []));
  await preparePackage(["otel-2", "otel-3"]);
}
