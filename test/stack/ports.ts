import { createServer, type AddressInfo } from "node:net";

/**
 * Ports that nothing listens on at this moment, all different: they are open together before the first is closed again. The
 * servers could be asked for port 0 themselves, but then they could not come back on the same one after they were killed.
 */
export async function freePorts<Name extends string>(...names: Name[]): Promise<Record<Name, number>> {
  return choosePorts(Object.fromEntries(names.map((name) => [name, {}])) as Record<Name, Choice>);
}

export interface Choice {
  /** Taken if it is free. */
  readonly usual?: number | undefined;
  /** Must be free. */
  readonly fixed?: number | undefined;
}

/** For each name the port that was fixed, or the usual one, or any. */
export async function choosePorts<Name extends string>(
  choices: Readonly<Record<Name, Choice>>,
): Promise<Record<Name, number>> {
  const held: [Name, ReturnType<typeof createServer>][] = [];
  try {
    for (const name of Object.keys(choices) as Name[]) {
      const { usual, fixed } = choices[name];
      const server =
        fixed === undefined
          ? ((usual === undefined ? undefined : await hold(usual).catch(() => undefined)) ?? (await hold(0)))
          : await hold(fixed).catch(() => {
              throw new Error(`port ${fixed} is taken, and --${name} asked for it`);
            });
      held.push([name, server]);
    }
    return Object.fromEntries(
      held.map(([name, server]) => [name, (server.address() as AddressInfo).port]),
    ) as Record<Name, number>;
  } finally {
    await Promise.all(held.map(([, server]) => new Promise((resolve) => server.close(resolve))));
  }
}

function hold(port: number) {
  return new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
