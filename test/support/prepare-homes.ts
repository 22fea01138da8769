// Installs what tests, proofs and benches need before the first of them starts, so that no test's clock counts a download.
import { inTurn } from "../matrix/in-turn.ts";
import { home, installedPackage, isInstalled, type OtelLine } from "./homes.ts";

/** npm waits for the network and then for the disk: a second installation fills the gaps, a third finds none. */
const AT_ONCE = 2;

/** Installs these folders of `test/homes`, and says on stderr what it does and how long it took. */
export async function prepareHomes(names: readonly string[]): Promise<void> {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  say(`installing ${missing.length} of test/homes, once: ${missing.join(", ")}`);
  const began = performance.now();
  await inTurn(missing, AT_ONCE, async (name) => {
    const started = performance.now();
    await home(name);
    say(`${name} is installed (${seconds(started)})`);
  });
  say(`all are installed (${seconds(began)})`);
}

/** Puts the built package into the homes of these OpenTelemetry lines. */
export async function preparePackage(lines: readonly OtelLine[]): Promise<void> {
  await Promise.all(lines.map(installedPackage));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(0)} s`;
}

function say(text: string): void {
  process.stderr.write(`homes: ${text}\n`);
}
