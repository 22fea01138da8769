/**
 * Between `mcp-otelkit run` and the preload in the server that it starts: who observes. The preload writes that it sees a server
 * over stdio, into a file whose name came by the environment: npx and shells stand between the two, and pass on nothing else.
 */
import { randomUUID } from "node:crypto";
import { accessSync, appendFileSync, constants, fstatSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const VARIABLE = "MCP_OTELKIT_SEEN_FILE";

/**
 * This process is going to serve over stdio, and mcp-otelkit sees its messages from within.
 * @returns false where that could not be written, so that the messages are observed from outside
 */
export function announceSeen(env: NodeJS.ProcessEnv): boolean {
  const file = env[VARIABLE];
  if (file === undefined || file === "") return true;
  try {
    appendFileSync(file, `${identityOf(fstatSync(0))}\n`, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

export interface Handover {
  /** For the environment of the server. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether a preload sees the server that has this process's pipe as its stdin. @param pid the process that was started */
  started(pid: number | undefined): void;
  seen(): boolean;
  forget(): void;
}

/** @returns `undefined` where no file can be written, so that no preload may observe */
export function createHandover(): Handover | undefined {
  const folder = tmpdir();
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    return undefined;
  }
  const file = join(folder, `mcp-otelkit-${randomUUID()}`);
  let stdin: string | undefined;
  return {
    env: { [VARIABLE]: file },
    started(pid) {
      // A server may start another one, which has the variable and a pipe of its own.
      try {
        stdin = pid === undefined ? undefined : identityOf(statSync(`/proc/${pid}/fd/0`));
      } catch {
        stdin = undefined; // no /proc
      }
    },
    seen() {
      try {
        const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
        return stdin === undefined ? lines.length > 0 : lines.includes(stdin);
      } catch {
        return false;
      }
    },
    forget: () => rmSync(file, { force: true }),
  };
}

function identityOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}
