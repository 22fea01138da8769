import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Child {
  /** Resolves with the first group of the pattern as soon as the child's output has it; rejects if the child ends first. */
  says(pattern: RegExp): Promise<string>;
  /** Resolves when the child has ended by itself, well; rejects if it ended badly. */
  done(): Promise<void>;
}

export interface Children {
  start(name: string, args: string[], env: Record<string, string>): Child;
  /** SIGTERM, which gives each time to send its last spans, then SIGKILL. Resolves when all have ended. */
  stopAll(): Promise<void>;
  /** What they printed, for the case that something went wrong. */
  output(): string;
}

const PATIENCE_MS = 5_000;

export function createChildren(): Children {
  const printed = new Map<string, string>();
  const stops: (() => Promise<void>)[] = [];

  return {
    start(name, args, env) {
      const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
      const ended = once(child, "close").then(([code, signal]) => String(code ?? signal));
      const watchers = new Set<() => void>();
      printed.set(name, "");
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          printed.set(name, `${printed.get(name)}${text}`);
          for (const look of watchers) look();
        });
      }

      stops.push(async () => {
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
        await ended;
        clearTimeout(timer);
      });

      return {
        says: (pattern) =>
          new Promise((resolve, reject) => {
            const look = () => {
              const [, found] = pattern.exec(printed.get(name) ?? "") ?? [];
              if (found !== undefined) resolve(found);
            };
            watchers.add(look);
            look();
            ended.then(
              (how) => reject(new Error(`${name} ended (${how}) before it said ${pattern}`)),
              reject,
            );
          }),
        async done() {
          const how = await ended;
          if (how !== "0") throw new Error(`${name} ended with ${how}`);
        },
      };
    },
    async stopAll() {
      await Promise.all(stops.splice(0).map((stop) => stop()));
    },
    output: () => [...printed].map(([name, text]) => `--- ${name}\n${text.trimEnd()}\n`).join(""),
  };
}
