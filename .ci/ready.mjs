// Makes a bare clone ready: installs and builds what is missing or out of date, and says nothing when nothing is.
// It runs before `npm test` and `npm run demo`, so it may use Node's own modules only: nothing is installed yet.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MINIMUM_NODE = [20, 19];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = join(root, ".cache", "ready.lock");

requireNode();
process.chdir(root);
if (staleInstall() || staleBuild()) {
  takeLock();
  process.once("exit", () => rmSync(lock, { recursive: true, force: true }));
  // Checked again under the lock: the previous holder may have done the work meanwhile.
  const install = staleInstall();
  // NODE_ENV=production would leave out the tests' dependencies. No package here needs an install script: esbuild,
  // oxlint and the like ship their programs as optional packages.
  if (install) npm(install, "ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund");
  const build = staleBuild();
  if (build) npm(build, "run", "build", "--silent");
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  say(
    `Node ${MINIMUM_NODE.join(".")} or later is needed, this is ${process.versions.node} (${process.execPath}).`,
  );
  process.exit(1);
}

/** Why `npm ci` is due, or undefined. */
function staleInstall() {
  // npm writes this file last, so its presence means that the installation is complete.
  const installed = join(root, "node_modules", ".package-lock.json");
  const wanted = join(root, "package-lock.json");
  if (!existsSync(installed)) return "node_modules is missing";
  if (time(installed) >= time(wanted)) return undefined;
  // A checkout may touch the lockfile without changing it, and `npm ci` starts by deleting node_modules under
  // whatever is running from it. So the content decides.
  const have = packagesIn(installed);
  const missing = Object.entries(packagesIn(wanted)).find(
    ([path, { version, optional }]) =>
      path !== "" && (have[path] ? have[path].version !== version : !optional),
  );
  return (
    missing && `node_modules is older than package-lock.json (${missing[0].replace("node_modules/", "")})`
  );
}

function packagesIn(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/** Why a build is needed, or undefined. Its last step writes the declarations, so their time is the build's. */
function staleBuild() {
  const built = join("dist", "index.d.ts");
  if (!existsSync(built)) return "dist is missing";
  const sources = ["src", join(".ci", "bundle")].flatMap((folder) =>
    filesOf(folder).map((file) => join(folder, file)),
  );
  const configuration = ["package.json", "rolldown.config.mjs", "tsconfig.json", "tsconfig.build.json"];
  const newer = [...sources, ...configuration].find((file) => time(file) > time(built));
  return newer && `dist is older than ${newer}`;
}

function filesOf(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? filesOf(join(folder, entry.name)).map((file) => join(entry.name, file))
      : [entry.name],
  );
}

/** When a file was written; 0 if there is none. */
function time(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Two `npm test` at once: the second waits, then finds nothing to do. `mkdir` is the atomic step. */
function takeLock() {
  mkdirSync(dirname(lock), { recursive: true });
  const deadline = Date.now() + 15 * 60_000;
  for (let announced = false; ;) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, "pid"), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = lockOwner();
    if (owner === "gone") continue;
    if (!announced) say(`another process (${owner}) is installing or building here, waiting for it`);
    announced = true;
    if (Date.now() > deadline) {
      say(`gave up waiting for it; if nothing is running, delete ${lock}`);
      process.exit(1);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

/** The process that holds the lock; "gone" after clearing away the lock of one that was killed. */
function lockOwner() {
  let pid;
  try {
    pid = readFileSync(join(lock, "pid"), "utf8");
    process.kill(Number(pid), 0);
    return pid || "starting";
  } catch (error) {
    if (error.code === "EPERM") return pid; // alive, of another user
    // No pid in it: just made, or just removed, or its owner was killed between the two steps.
    if (error.code === "ENOENT") return Date.now() - time(lock) < 5000 ? "starting" : discardLock("nobody");
    if (error.code === "ESRCH") return discardLock(pid);
    throw error;
  }
}

/** Moves the lock aside under its dead owner's name: of two waiters that saw the same corpse only one can. */
function discardLock(pid) {
  const aside = `${lock}.${pid}`;
  try {
    renameSync(lock, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
  }
  return "gone";
}

/** All output of a child goes to stderr: stdout belongs to the command that runs afterwards. */
function npm(reason, ...args) {
  say(`${reason}: npm ${args.join(" ")}`);
  const cli = process.env.npm_execpath;
  const own = cli?.endsWith("npm-cli.js");
  const [file, before] = own ? [process.execPath, [cli]] : ["npm", []];
  const { status, signal, error } = spawnSync(file, [...before, ...args], {
    stdio: ["ignore", 2, 2],
    shell: !own && process.platform === "win32",
  });
  if (status === 0) return;
  say(
    `npm ${args.filter((arg) => !arg.startsWith("--")).join(" ")} failed (${error ? error.message : (signal ?? `exit code ${status}`)})`,
  );
  process.exit(1);
}

function say(text) {
  process.stderr.write(`ready: ${text}\n`);
}
