// Answers that the proxy cannot read or may not write, and requests that come together or get no answer: what is passed on, and what counts.
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { countObserved } from "../../src/wire/live.ts";
import { chunk, json, post, startProxied } from "./http-talk.ts";

const CALL = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "add" } });

async function asked(...headers: string[]) {
  const talk = await startProxied();
  const client = await talk.connect();
  client.send(post(CALL, ...headers));
  const target = await talk.next();
  await target.has("tools/call");
  const ended = async (): Promise<string[]> => {
    while (talk.open().length > 0) await turn();
    return talk.lines();
  };
  return { talk, client, target, ended };
}

describe("an answer that cannot be read is HTTP's success", () => {
  it("in a compression that Node does not know", async () => {
    const { talk, client, target, ended } = await asked();

    target.send(
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: zstd\r\ncontent-length: 2\r\n\r\nok",
    );
    await client.has("\r\n\r\nok");

    expect(await ended()).toEqual(["SERVER tools/call 1"]);
    expect(talk.known.suppressed.get("too_long")).toBe(1);
  });

  it("of 17 MB", async () => {
    const { client, target, ended } = await asked();
    const body = Buffer.alloc(17 * 1024 * 1024, "x");

    target.send(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    target.send(body);

    expect(await ended()).toEqual(["SERVER tools/call 1"]);
    expect(client.socket.destroyed).toBe(false);
  });
});

describe("a head that Node does not write", () => {
  it("announces trailers without chunks: passes without that", async () => {
    const { client, target, ended } = await asked();

    target.send(json({ jsonrpc: "2.0", id: 1, result: {} }, "X-A: b", "Trailer: X"));
    await client.has('"result":{}}');

    expect(client.arrived().toString()).toContain("X-A: b\r\ncontent-type");
    expect(await ended()).toEqual(["SERVER tools/call 1"]);
  });

  it("has a status below 100: the client gets a 502", async () => {
    const { talk, client, target, ended } = await asked();

    target.send("HTTP/1.1 099 Odd\r\ncontent-length: 2\r\n\r\nok");
    await client.has("cannot pass on the answer of");

    expect(client.arrived().toString()).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
    expect(await ended()).toEqual(["SERVER tools/call 1 error.type=connection_closed"]);
    expect(talk.faults).toEqual([]);
  });
});

it("two requests that are the first to name a session make one conversation, and nothing stays of the other", async () => {
  const before = countObserved();
  const { talk, client, target } = await asked("mcp-session-id: known");
  const second = await talk.connect();
  second.send(post(CALL.replace('"id":1', '"id":2'), "mcp-session-id: known"));
  const other = await talk.next();
  await other.has("tools/call");

  target.send(json({ jsonrpc: "2.0", id: 1, result: {} }));
  await client.has('"result":{}');
  other.send(json({ jsonrpc: "2.0", id: 2, result: {} }));
  await second.has('"result":{}');
  while (talk.open().length > 0) await turn();
  client.send("DELETE /mcp HTTP/1.1\r\nHost: here\r\nmcp-session-id: known\r\n\r\n");
  await target.has("DELETE");
  target.send("HTTP/1.1 204 No Content\r\n\r\n");
  await client.has("204 No Content");

  expect(talk.lines()).toEqual(["SERVER tools/call 1", "SERVER tools/call 2"]);
  expect(countObserved()).toBe(before);
});

it("two streams that name one address do not end each other's calls", async () => {
  const talk = await startProxied();
  const [first, second] = [await talk.events("/messages/"), await talk.events("/messages/")];
  const client = await talk.connect();
  client.send(post(CALL).toString().replace("/mcp", "/messages/"));
  const target = await talk.next();
  await target.has("tools/call");
  target.send("HTTP/1.1 202 Accepted\r\ncontent-length: 8\r\n\r\nAccepted");
  await client.has("Accepted");

  first.out.socket.end();
  await first.stream.closed;
  expect(talk.open()).toEqual(["SERVER tools/call 1 open"]);
  second.out.send(chunk('event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'));
  await second.stream.has('"result":{}');

  expect(talk.lines()).toEqual(["SERVER tools/call 1"]);
});

it("a message for a stream's connection that the target drops has failed, although the stream goes on", async () => {
  const talk = await startProxied();
  await talk.events("/messages?sessionId=7");
  const client = await talk.connect();
  client.send(post(CALL).toString().replace("/mcp", "/messages?sessionId=7"));
  const target = await talk.next();
  await target.has("tools/call");

  target.socket.destroy();
  await client.has("502");

  expect(talk.lines()).toEqual(["SERVER tools/call 1 error.type=connection_closed"]);
});
