import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The servers that listen, one for each address, all on one port. */
export interface Listening {
  readonly servers: readonly Server[];
  /** The first address, as the system reports it. */
  readonly address: string;
  readonly port: number;
  /** An address whose port another process uses. */
  readonly taken?: string;
}

/** The machine does not have the address or does not speak its protocol: IPv6 is often switched off in containers. */
const ABSENT: readonly unknown[] = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

/** `localhost` means both loopback addresses, because clients differ in which they try first. */
export function addressesOf(host: string): string[] {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return bare.toLowerCase() === "localhost" ? ["127.0.0.1", "::1"] : [bare];
}

/**
 * Listens on all the addresses that this machine has, on the same port.
 * @param partly whether to listen where only the first address is free. For a port that the operator chose, half is
 *   better than nothing. A port that is half taken is not a free one: which process `localhost` reaches would depend
 *   on the client
 * @throws the error of `listen`
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
      // With port 0, the first address decides the port.
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

/**
 * Also ends requests that are being answered: a scraper retries, and a process that shuts down does not wait for it.
 */
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
    // A worker of `node:cluster` would otherwise share the port with the others, and each scrape would reach another
    // worker.
    server.listen({ host, port, exclusive: true });
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
