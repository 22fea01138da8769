// What .ci/run and .ci/ops-tools.sh ask. Without a word: builds what no earlier run has built; minutes, once for each machine.
import { describeBuilds, ensure, unbuilt } from "../stack/binaries.ts";
import { OPS_BUILDS, OPS_PROGRAMS } from "./builds.ts";
import { found } from "./programs.ts";

const [wanted] = process.argv.slice(2);

if (wanted === "--missing")
  console.log(OPS_PROGRAMS.filter((program) => found(program) === undefined).join(" "));
else if (wanted === "--found")
  for (const program of OPS_PROGRAMS) console.log(`${program}: ${found(program) ?? "not found"}`);
else if (wanted === "--unbuilt") console.log(unbuilt().join(" "));
else {
  // Go runs in a process group of its own: `timeout` in .ci/run ends this process, and this process ends Go.
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  for (const build of OPS_BUILDS) console.log(describeBuilds(await ensure(build, console.log, stop.signal)));
}
