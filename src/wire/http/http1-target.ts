import * as http from "node:http";
import * as https from "node:https";
import type { Way } from "./sides.ts";
import { MAX_HEADER_BYTES } from "./raw-headers.ts";

/** Asks by HTTP/1.1. @param agent `false`: by a connection for this request alone */
export function byHttp1(target: URL, agent: http.Agent | false): Way {
  return ({ method, path, headers }, heard) => {
    const made = (target.protocol === "https:" ? https : http).request({
      protocol: target.protocol,
      hostname: hostOf(target),
      port: target.port,
      method,
      path,
      agent,
      // With `close`, which Node says otherwise, a target that answers before it has read everything hangs up on the rest.
      headers: agent === false ? [...headers, "connection", "keep-alive"] : headers,
      setHost: false,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    let answered = false;
    made.on("response", (incoming) => {
      answered = true;
      heard.answer({
        status: incoming.statusCode ?? 502,
        reason: incoming.statusMessage,
        headers: incoming.headers,
        rawHeaders: incoming.rawHeaders,
        body: incoming,
        complete: () => incoming.complete,
        trailers: () => incoming.trailers,
      });
    });
    made.on("error", (error) => {
      // It may answer before it has read everything: then the response says how it ended.
      if (!answered) heard.fail(error);
    });
    return { body: made, cancel: () => void made.destroy() };
  };
}

/** As connections take it: without the brackets of a URL. */
export function hostOf(target: URL): string {
  return target.hostname.replace(/^\[(.*)\]$/, "$1");
}
