import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The servers that listen, one for each address, all on one port. */
export interface Listening {
  readonly servers: readonly Server[];
  /** The first of them, as the system tells it. */
  readonly address: string;
  readonly port: number;
  /** An address whose port another process has. */
  readonly taken?: string;
}

/** Not an address of this machine, or a protocol it does not speak: IPv6 is often switched off in containers. */
const ABSENT: readonly unknown[] = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

/** `localhost` is both of its addresses, because clients differ in which they try first. */
export function addressesOf(host: string): string[] {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return bare.toLowerCase() === "localhost" ? ["127.0.0.1", "::1"] : [bare];
}

/**
 * Listens on all the addresses that this machine has, on the same port.
 * @param partly what to do when all but the first are taken: whoever asked for this very port would rather have half of it
 *   than nothing, but half a port is not a free one, since which process `localhost` reaches depends on who asks
 * @throws what `listen` fails with
 */
export async function listenOn(
  addresses: readonly string[],
  port: number,
  create: () => Server,
  { partly }: { partly: boolean },
): Promise<Listening> {
  const servers: Server[] = [];
  let taken: string | undefined;
  let absent: unknown;
  for (const address of addresses) {
    const server = create();
    try {
      // Where port 0 was asked for, the first address decides.
      await listen(server, address, servers[0] === undefined ? port : portOf(servers[0]));
      servers.push(server);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (partly && servers.length > 0 && code === "EADDRINUSE") {
        taken = address;
      } else if (ABSENT.includes(code)) {
        absent = error;
      } else {
        await closeAll(servers);
        throw error;
      }
    }
  }
  const [first] = servers;
  if (first === undefined) throw absent;
  const { address, port: given } = first.address() as AddressInfo;
  return { servers, address, port: given, ...(taken === undefined ? {} : { taken }) };
}

/** Ends what is being answered, too: a scraper asks again, a process that is going down does not wait for it. */
export async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    ),
  );
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve();
    });
    // A worker of `node:cluster` would otherwise share the port with the others, and each scrape would meet another.
    server.listen({ host, port, exclusive: true });
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
