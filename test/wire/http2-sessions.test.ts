// One connection of HTTP/2 with a client, and how it lives beside those with the target.
import { once } from "node:events";
import { sensitiveHeaders } from "node:http2";
import * as net from "node:net";
import { Readable } from "node:stream";
import { buffer, json, text } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  answered,
  ASKED,
  connect,
  ended,
  JSON_TYPE,
  RESULT,
  startBetween,
  type Client,
  type Talk,
  type Target,
} from "./http2-talk.ts";

describe("one connection of HTTP/2", () => {
  it.each<Target>(["http 1.1", "https 1.1", "https 2"])("asks %s many things at once", async (target) => {
    const talk = await startBetween(target, (request, response) => {
      if (request.method !== "GET") return answered(request, response);
      response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
    });
    const ask = connect("HTTP/2", talk.url);

    const streams = await Promise.all([1, 2, 3].map(() => ask({ method: "GET" })));
    const answer = await ask(ASKED);

    expect(await json(answer.body)).toMatchObject({ id: 1 });
    expect(talk.sessions).toHaveLength(target === "https 2" ? 1 : 0);
    for (const each of streams) each.cancel();
    // None of those of HTTP/1.1 stays, and neither does the one that only asked which HTTP it is.
    if (target !== "https 2")
      for (const socket of talk.sockets) if (!socket.closed) await once(socket, "close");
  });

  it.each<[string, (talk: Talk) => unknown]>([
    ["says GOAWAY", ({ sessions }) => sessions.at(-1)?.close()],
    ["says GOAWAY with an error", ({ sessions }) => sessions.at(-1)?.goaway(11)],
    ["dies", ({ sockets }) => [...sockets].at(-1)?.destroy()],
  ])("has a new session after one that %s", async (_what, end) => {
    const talk = await startBetween("https 2", answered);
    const ask = connect("HTTP/2", talk.url);
    await text((await ask(ASKED)).body);

    end(talk);
    // The proxy notices in its own time, and until then a request is answered or fails, and does not hang.
    let answer = await ask(ASKED);
    while (talk.sessions.length < 2) {
      await buffer(answer.body);
      answer = await ask(ASKED);
    }

    expect(await text(answer.body)).toBe(RESULT);
    expect(talk.sessions).toHaveLength(2);
  });

  it.each<Target>(["http 1.1", "https 2"])("passes a body of 17 MB to %s and back", async (target) => {
    const talk = await startBetween(target, (request, response) => {
      request.pipe(response.writeHead(200, { "content-type": "application/octet-stream" }));
    });
    const body = Buffer.alloc(17 * 1024 * 1024, "abc");

    const answer = await connect("HTTP/2", talk.url)({ headers: JSON_TYPE, body: Readable.from([body]) });

    expect((await buffer(answer.body)).equals(body)).toBe(true);
    expect(talk.known.suppressed.get("too_long")).toBe(1);
  });

  it("passes on that a header is to be kept in no table", async () => {
    const marked: unknown[] = [];
    const talk = await startBetween("https 2", (request, response) => {
      marked.push((request.headers as { [sensitiveHeaders]?: unknown })[sensitiveHeaders]);
      answered(request, response);
    });
    const headers = { ...JSON_TYPE, "x-key": "secret", [sensitiveHeaders]: ["x-key"] };

    await text((await connect("HTTP/2", talk.url)({ ...ASKED, headers })).body);

    expect(marked).toEqual([["x-key"]]);
  });

  it("a request that dies with its session is a 502", async () => {
    const talk = await startBetween("https 2", (request) => request.socket.destroy());

    const answer = await connect("HTTP/2", talk.url)(ASKED);

    expect(answer.status).toBe(502);
    expect(await ended(talk)).toEqual(["SERVER tools/call 1 error.type=connection_closed"]);
  });

  it.each<Client>(["HTTP/1.1", "HTTP/2"])("%s sees that a body is shorter than it says", async (client) => {
    const talk = await startBetween("https 2", (request, response) => {
      request.resume();
      response.writeHead(200, { ...JSON_TYPE, "content-length": 100 }).write("{");
      setImmediate(() => response.destroy()); // Node resets the stream without calling it an error
    });

    const answer = await connect(client, talk.url)(ASKED);

    await expect(buffer(answer.body)).rejects.toThrow(/aborted|INTERNAL_ERROR/);
    expect(await ended(talk)).toEqual(["SERVER tools/call 1 error.type=connection_closed"]);
  });

  it("ends its session with the target", async () => {
    const talk = await startBetween("https 2", answered);
    const ask = connect("HTTP/2", talk.url);
    const answer = await ask({ ...ASKED, headers: { ...JSON_TYPE, cookie: ["a=1", "b=2"] } });
    await text(answer.body);
    const [session] = talk.sessions;
    if (session === undefined) throw new Error("no session");

    const closed = once(session, "close");
    (answer.body as unknown as { session?: { destroy(): void } }).session?.destroy();

    await closed;
    expect(session.destroyed).toBe(true);
  });

  it("is not taken for one where the first bytes of HTTP/1.1 come one by one", async () => {
    const talk = await startBetween("http 1.1", answered);
    const socket = net.connect(talk.port, "127.0.0.1");
    await once(socket, "connect");
    socket.setNoDelay(true);

    for (const byte of "PRI") {
      socket.write(byte);
      await turn();
    }
    socket.end("NT /mcp HTTP/1.1\r\nhost: here\r\n\r\n");

    // No method of HTTP/1.1 begins so: that it is one of its answers is what counts.
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("is recognised where its first bytes come one by one", async () => {
    const talk = await startBetween("http 1.1", answered);
    const socket = net.connect(talk.port, "127.0.0.1");
    await once(socket, "connect");
    socket.setNoDelay(true);

    for (const byte of "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
      socket.write(byte);
      await turn();
    }
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    const [frame] = (await once(socket, "data")) as [Buffer];
    socket.destroy();

    expect(frame[3]).toBe(4); // SETTINGS
  });
});
