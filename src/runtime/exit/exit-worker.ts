/**
 * Sends the requests that `send-at-exit.ts` has described, on its own thread, while the ending thread waits and can
 * do nothing itself.
 */
import { workerData } from "node:worker_threads";
import type { ClientHttp2Session } from "node:http2";
import type { OtlpRequest } from "./otlp-request.ts";
import { ARRIVED, FAILED, SENT } from "./request-state.ts";

const { requests, state } = workerData as { requests: readonly OtlpRequest[]; state: Int32Array };

for (const [index, otlpRequest] of requests.entries()) {
  const sent = (): void => void Atomics.store(state, index + 1, SENT);
  const settle = (arrived: boolean): void => {
    Atomics.store(state, index + 1, arrived ? ARRIVED : FAILED);
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
  };
  // The reason is not needed: the waiting thread reports what was lost.
  (otlpRequest.grpc ? sendByGrpc(otlpRequest, sent) : sendByHttp(otlpRequest, sent)).then(settle, () =>
    settle(false),
  );
}

async function sendByHttp({ url, headers, body, tls }: OtlpRequest, sent: () => void): Promise<boolean> {
  const { request } = await (url.startsWith("https:") ? import("node:https") : import("node:http"));
  return new Promise((resolve, reject) => {
    const call = request(url, { method: "POST", headers, ...(tls as object) }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 300);
    });
    call.on("error", reject);
    call.end(body, sent);
  });
}

/** gRPC is a POST over HTTP/2 with five bytes before the body and the status after the answer. */
async function sendByGrpc({ url, headers, body, tls }: OtlpRequest, sent: () => void): Promise<boolean> {
  const { connect } = await import("node:http2");
  const { origin, pathname } = new URL(url);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.byteLength, 1);
  return new Promise((resolve, reject) => {
    const session: ClientHttp2Session = connect(origin, tls as object);
    session.on("error", reject);
    const call = session.request({ ":method": "POST", ":path": pathname, te: "trailers", ...headers });
    call.on("error", reject);
    // Without an answer, the status comes with the headers.
    for (const event of ["response", "trailers"] as const)
      call.on(event, (told: { "grpc-status"?: string }) => {
        if (told["grpc-status"] !== undefined) resolve(told["grpc-status"] === "0");
      });
    call.on("close", () => resolve(false));
    call.resume();
    call.end(Buffer.concat([prefix, body]), sent);
  });
}
