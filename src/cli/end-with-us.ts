import { spawn } from "node:child_process";

/**
 * Without this command, a host that kills its server by SIGKILL kills the server. With it, the host kills this process, which
 * cannot even notice. So a shell watches: its input ends with this process, however that ends.
 */

/** For a server that ends by itself when its input does: most do, and save what they have. */
const GRACE_S = 1;

/** @returns stops watching: the server has ended */
export function endWithUs(pid: number): () => void {
  if (process.platform === "win32") return () => undefined; // no signals, and no sh
  const watcher = spawn("/bin/sh", ["-c", `read _; sleep ${GRACE_S}; kill -KILL ${pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // what a terminal sends to the group is not for it
  });
  watcher.on("error", () => undefined); // an image without a shell: the server is left to the end of its input
  watcher.stdin.on("error", () => undefined);
  watcher.unref();
  (watcher.stdin as { unref?: () => void }).unref?.();
  return () => void watcher.kill("SIGKILL");
}
