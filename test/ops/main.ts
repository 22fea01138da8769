// Builds what test/ops finds neither in the cache nor on the PATH. Minutes, once for each machine.
import { describeBuilds, ensure } from "../stack/binaries.ts";
import { OPS_BUILDS } from "./builds.ts";
import { found } from "./programs.ts";

for (const build of OPS_BUILDS) {
  const missing = build.programs.filter((program) => found(program) === undefined);
  if (missing.length === 0) console.log(`${build.programs.join(", ")}: there already`);
  else console.log(describeBuilds(await ensure(build, console.log)));
}
