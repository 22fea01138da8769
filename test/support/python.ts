import { spawnSync } from "node:child_process";

/** Whether there is a Python to write servers in that no preload reaches. */
export const hasPython = spawnSync("python3", ["--version"], { stdio: "ignore" }).status === 0;

/** For the title of tests that need one. */
export const needsPython = hasPython ? "" : ", SKIPPED: needs python3";
