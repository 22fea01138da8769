// A back end that accepts everything, keeps only what the test requests, and counts.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Sink {
  readonly url: string;
  /** By the path's last word: traces, metrics, logs. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly kept: readonly Request[];
  stop(): void;
}

export async function startSink({ keep = false } = {}): Promise<Sink> {
  const bytes: Record<string, number> = {};
  const kept: Request[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "";
      const body = Buffer.concat(chunks);
      const signal = path.split("/").at(-1) ?? "";
      bytes[signal] = (bytes[signal] ?? 0) + body.length;
      const type = request.headers["content-type"] ?? "";
      if (keep) kept.push({ path, headers: { "content-type": type }, body });
      response.writeHead(200, { "content-type": type }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes,
    kept,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
