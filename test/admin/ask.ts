import { Agent, request, type IncomingHttpHeaders } from "node:http";

export interface Asked {
  port: number;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  address?: string;
  agent?: Agent;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request with any Host header: `fetch` does not allow a false one. */
export function ask({
  port,
  path = "/health",
  method = "GET",
  headers = {},
  address = "127.0.0.1",
  agent,
}: Asked): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port, path, method, headers, agent: agent ?? new Agent() };
    const sent = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end();
  });
}
