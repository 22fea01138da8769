import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Routes } from "../../src/admin/routes.ts";
import { startAdminServer, type AdminServer, type AdminServerOptions } from "../../src/admin/server.ts";

const plain = (body: string, guarded = false): Routes[string] => ({
  guarded,
  answer: () => ({ status: 200, contentType: "text/plain", body }),
});
const ROUTES: Routes = {
  "/metrics": plain("métrics\n", true),
  "/health": plain("healthy\n"),
  "/ready": plain("ready\n"),
};

/** Starts admin servers, collects the lines that they print, and closes everything that was started. */
export function createStarter() {
  const running: { close(): unknown }[] = [];
  const said: string[] = [];

  async function start(options: Partial<AdminServerOptions> = {}): Promise<AdminServer | undefined> {
    const server = await startAdminServer({ routes: ROUTES, say: (line) => said.push(line), ...options });
    if (server !== undefined) running.push(server);
    return server;
  }

  return {
    said,
    start,
    /** Starts a server that must succeed, on any port by default. */
    async started(options: Partial<AdminServerOptions> = {}): Promise<AdminServer> {
      const server = await start({ port: 0, ...options });
      if (server === undefined) throw new Error(said.join("\n"));
      return server;
    },
    /** Another program on this machine. */
    async occupy(port: number, host: string): Promise<Server> {
      const other = createServer((_, response) => response.end("somebody else"));
      await once(other.listen(port, host), "listening");
      running.push(other);
      return other;
    },
    async closeAll(): Promise<void> {
      await Promise.all(running.map((server) => server.close()));
    },
  };
}

export async function canListenOn(host: string): Promise<boolean> {
  const server = createServer();
  const can = await new Promise<boolean>((resolve) => {
    server.on("error", () => resolve(false));
    server.listen(0, host, () => resolve(true));
  });
  server.close();
  return can;
}
