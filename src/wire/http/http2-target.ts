import { constants, sensitiveHeaders, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import type { Answer, Trailers, Way } from "./sides.ts";
import { asHttp2, fromHttp2 } from "./http2-headers.ts";

type ResponseHeaders = Answer["headers"] & { readonly ":status"?: number };

const CODES = Object.entries(constants).filter(([name]) => /^NGHTTP2_[A-Z]+(_[A-Z]+)*$/.test(name));

/** Asks by HTTP/2. */
export function byHttp2(target: URL, session: ClientHttp2Session): Way {
  return ({ method, path, headers, hasBody, neverIndexed = [] }, heard) => {
    const stream = asHttp2(headers, ({ host: _named, ...given }) =>
      session.request(
        {
          ":method": method,
          ":path": path,
          ":scheme": target.protocol.slice(0, -1),
          ":authority": target.host,
          ...given,
          [sensitiveHeaders]: [...neverIndexed],
        },
        { endStream: !hasBody },
      ),
    );
    let answered = false;
    let why: Error | undefined;
    // Node gives the headers as they came as well.
    stream.on("response", (parsed: ResponseHeaders, _flags: number, raw: string[] = []) => {
      answered = true;
      heard.answer(describe(stream, method, parsed, raw));
    });
    stream.on("error", (error: Error) => void (why = error));
    stream.on("close", () => {
      if (!answered) heard.fail(why ?? new Error(`it has reset the request (${codeOf(stream)})`));
    });
    return { body: stream, cancel: () => stream.close(constants.NGHTTP2_CANCEL) };
  };
}

function describe(
  stream: ClientHttp2Stream,
  method: string,
  headers: ResponseHeaders,
  raw: readonly string[],
): Answer {
  let trailers: Trailers = {};
  let length = 0;
  stream.on("trailers", (given) => (trailers = given as Trailers));
  stream.on("data", (chunk: Buffer) => (length += chunk.length));
  const declared = method === "HEAD" || headers[":status"] === 304 ? undefined : headers["content-length"];
  return {
    status: headers[":status"] ?? 502,
    reason: undefined,
    headers,
    rawHeaders: fromHttp2(raw),
    body: stream,
    // Node ends the body also where the target has reset the stream without calling it an error.
    complete: () =>
      stream.rstCode === constants.NGHTTP2_NO_ERROR &&
      (declared === undefined || Number(declared) === length),
    trailers: () => trailers,
  };
}

function codeOf({ rstCode }: ClientHttp2Stream): string {
  return CODES.find(([, code]) => code === rstCode)?.[0] ?? String(rstCode);
}
