// HTTP/2 on either side of the proxy: real clients and servers of Node, and what each of them notices.
import { once } from "node:events";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { CARRIER } from "../hook/fakes.ts";
import {
  answered,
  ASKED,
  CALL,
  connect,
  ended,
  JSON_TYPE,
  RESULT,
  startBetween,
  type Client,
  type Handler,
  type Target,
} from "./http2-talk.ts";

const ROWS: readonly (readonly [Client, Target])[] = [
  ["HTTP/2", "http 1.1"],
  ["HTTP/2", "https 1.1"],
  ["HTTP/2", "https 2"],
  ["HTTP/1.1", "https 1.1"],
  ["HTTP/1.1", "https 2"],
];

describe.each(ROWS)("from %s to %s", (client, target) => {
  const version = client === "HTTP/2" ? "2" : "1.1";

  it("a message arrives with the trace context, and its answer with headers and trailers", async () => {
    const heard: { version: string; raw: string[]; body: string }[] = [];
    const talk = await startBetween(target, (request, response) => {
      void text(request).then((body) => {
        heard.push({ version: request.httpVersion, raw: request.rawHeaders, body });
        const set = ["a=1", "b=2"];
        response.writeEarlyHints({ link: "</a>; rel=preload" });
        response.writeHead(200, { ...JSON_TYPE, "set-cookie": set, "x-a": "\u00e4", trailer: "x-end" });
        response.addTrailers({ "x-end": "yes" });
        response.end(RESULT);
      });
    });
    const ask = connect(client, talk.url);

    const answer = await ask({ ...ASKED, headers: { ...JSON_TYPE, "x-b": ["1", "2"], "x-c": "\u00e4" } });

    expect(await text(answer.body)).toBe(RESULT);
    expect(answer).toMatchObject({ status: 200, headers: { "set-cookie": ["a=1", "b=2"], "x-a": "\u00e4" } });
    expect({ ...answer.trailers() }).toMatchObject({ "x-end": "yes" });
    expect(heard[0]?.version).toBe(target === "https 2" ? "2.0" : "1.1");
    expect(JSON.parse(heard[0]?.body ?? "")).toEqual({ ...CALL, params: { name: "add", _meta: CARRIER } });
    const raw = heard[0]?.raw ?? [];
    const valuesOf = (name: string) =>
      raw.filter((_, at) => raw[at - 1]?.toLowerCase() === name && at % 2 === 1);
    expect(valuesOf("x-b")).toEqual(["1", "2"]);
    expect(valuesOf("x-c")).toEqual(["\u00e4"]);
    expect(valuesOf("traceparent")).toEqual([CARRIER["traceparent"]]);
    expect([...valuesOf("host"), ...valuesOf(":authority")]).toEqual([`127.0.0.1:${talk.targetPort}`]);
    expect(await ended(talk)).toEqual(["SERVER tools/call 1"]);
    expect(talk.told[0]?.operation.attributes).toMatchObject({
      "network.protocol.version": version,
      "client.address": "127.0.0.1",
    });
    expect(talk.faults).toEqual([]);
  });

  it("a stream comes event by event", async () => {
    let respond: Parameters<Handler>[1] | undefined;
    const talk = await startBetween(target, (request, response) => {
      request.resume();
      respond = response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
    });

    const answer = await connect(client, talk.url)(ASKED);
    const events = answer.body.iterator() as AsyncIterator<Buffer>;
    for (const data of [{ jsonrpc: "2.0", id: "s", method: "ping" }, JSON.parse(RESULT) as object]) {
      respond?.write(`data: ${JSON.stringify(data)}\n\n`);
      expect(String((await events.next()).value)).toBe(`data: ${JSON.stringify(data)}\n\n`);
    }
    expect(talk.open()).toEqual(["CLIENT ping s open"]);
    respond?.end();

    expect((await events.next()).done).toBe(true);
  });

  it("a client that does not wait takes its request back", async () => {
    let noticed = (): void => undefined;
    const gone = new Promise<void>((resolve) => (noticed = resolve));
    const talk = await startBetween(target, (request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
      response.on("close", noticed);
    });

    const answer = await connect(client, talk.url)(ASKED);
    answer.body.on("error", () => undefined).resume();
    answer.cancel();

    await gone;
    expect(await ended(talk)).toEqual(["SERVER tools/call 1 cancelled"]);
  });

  it("a response that is cut off is cut off", async () => {
    const talk = await startBetween(target, (request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
      const { stream } = response as { stream?: { close(code: number): void } };
      setImmediate(() => (stream === undefined ? response.destroy() : stream.close(8)));
    });

    const answer = await connect(client, talk.url)(ASKED);

    await expect(buffer(answer.body)).rejects.toThrow(
      /aborted|premature close|Premature close|INTERNAL_ERROR/,
    );
    expect(await ended(talk)).toEqual(["SERVER tools/call 1 error.type=connection_closed"]);
  });

  it("the target waits where the client does not read", async () => {
    let sent = 0;
    let full = false;
    const talk = await startBetween(target, (request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" });
      const more = (): void => {
        for (full = false; !full && sent < 4000; sent += 1)
          full = !response.write(Buffer.alloc(64 * 1024, "x"));
        if (full) response.once("drain", more);
      };
      more();
    });

    const answer = await connect(client, talk.url)(ASKED);
    answer.body.pause();
    for (let before = -1; before !== sent;) {
      before = sent;
      for (let each = 0; each < 200; each += 1) await turn();
    }

    expect(full).toBe(true);
    expect(sent).toBeLessThan(4000);
  });

  it("a body that the target does not want does not hold up the next request", async () => {
    const talk = await startBetween(target, (request, response) => {
      if (request.url === "/mcp") return answered(request, response);
      response.writeHead(413).end("too large");
    });
    const ask = connect(client, talk.url);
    const body = Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024)));

    const refused = await ask({ path: "/upload", body });
    expect([refused.status, await text(refused.body)]).toEqual([413, "too large"]);
    // The rest is taken, or the stream is closed: nothing waits.
    if (!body.destroyed && !refused.body.destroyed)
      await Promise.race([once(body, "close"), once(refused.body, "close")]);
    expect((await ask(ASKED)).status).toBe(200);
  });

  it.each([
    ["HEAD", 200],
    ["DELETE", 204],
    ["GET", 304],
  ])("%s answered by %i has no body", async (method, status) => {
    const talk = await startBetween(target, (_request, response) => void response.writeHead(status).end());
    const ask = connect(client, talk.url);

    for (let each = 0; each < 2; each += 1) {
      const answer = await ask({ method });
      expect([answer.status, await text(answer.body)]).toEqual([status, ""]);
    }

    expect(talk.faults).toEqual([]);
  });

  it("a target that cannot be reached is a 502", async () => {
    const talk = await startBetween(target, answered);
    talk.target.close();

    const answer = await connect(client, talk.url)(ASKED);

    expect(answer.status).toBe(502);
    expect(await text(answer.body)).toMatch(/cannot reach https?:.*ECONNREFUSED/);
    expect(await ended(talk)).toEqual(["SERVER tools/call 1 error.type=connection_closed"]);
  });
});
