import { createServer, type AddressInfo } from "node:net";

/**
 * Below the range from which a kernel takes ports for connections and for port 0 (Linux: from 32,768, the IANA: from 49,152):
 * whatever else the tests open meanwhile, it is not one of these.
 * https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html
 */
const FIRST = 18_000;
const COUNT = 14_000;
/** Two processes of a test run begin far from each other. */
let last = Math.floor(Math.random() * COUNT);

/**
 * Ports that nothing listens on at this moment, and that this process has not handed out before: a server takes a while until
 * it listens, and others start meanwhile. The servers could be asked for port 0 themselves, but then they could not come back
 * on the same one after they were killed.
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
          ? ((usual === undefined ? undefined : await hold(usual).catch(() => undefined)) ??
            (await holdNext()))
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

async function holdNext(): Promise<ReturnType<typeof createServer>> {
  for (let tries = 0; tries < COUNT; tries += 1) {
    last = (last + 1) % COUNT;
    const server = await hold(FIRST + last).catch(() => undefined);
    if (server !== undefined) return server;
  }
  throw new Error(`no port from ${FIRST} to ${FIRST + COUNT} is free`);
}

function hold(port: number) {
  return new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
