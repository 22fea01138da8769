// Whether the parent processes are still alive. npm, its shell and tsx run between a person and a script; when npm
// gets a signal, not all of them pass it on, and a process that has lost its parent gets no signal at all.
import { readFileSync } from "node:fs";

const LOOK_EVERY_MS = 500;
/** npm, a shell, tsx, and one more for what calls npm. */
const DEPTH = 4;

interface Process {
  readonly parent: number;
  /** With its start time a process is that process, and not a later one with its number. */
  readonly started: string;
  readonly command: string;
}

/** Calls back once, when a process between this one and npm has gone; without npm, when the parent has. */
export function whenParentsGo(gone: () => void): () => void {
  const parent = process.ppid;
  const above = ancestors();
  const timer = setInterval(() => {
    const lost =
      process.ppid !== parent || above.some(([pid, { started }]) => lookAt(pid)?.started !== started);
    if (!lost) return;
    clearInterval(timer);
    gone();
  }, LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** Up to the npm that runs the script. */
function ancestors(): [number, Process][] {
  const found: [number, Process][] = [];
  for (let pid = process.ppid; found.length < DEPTH && pid > 1;) {
    const seen = lookAt(pid);
    if (seen === undefined) break;
    found.push([pid, seen]);
    pid = seen.parent;
  }
  const npm = found.findIndex(([, { command }]) => /\bnpm\b/.test(command));
  return found.slice(0, npm < 0 ? 1 : npm + 1);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; nothing where there is no /proc. */
function lookAt(pid: number): Process | undefined {
  try {
    const [, after = ""] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const fields = after.split(" ");
    if (fields[0] === "Z") return undefined; // ended, and not yet waited for
    return {
      parent: Number(fields[1]),
      started: fields[19] ?? "",
      command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "),
    };
  } catch {
    return undefined;
  }
}
