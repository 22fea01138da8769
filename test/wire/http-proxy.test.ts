import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { CARRIER } from "../hook/fakes.ts";
import { chunk, END, json, post, startProxied, STREAM, type Line } from "./http-talk.ts";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", clientInfo: { name: "c" } },
};
const INITIALIZED = {
  jsonrpc: "2.0",
  id: 0,
  result: { protocolVersion: "2025-11-25", serverInfo: { name: "s" } },
};
const CALL = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "add" } };
const META = `"_meta":${JSON.stringify(CARRIER)}`;
const SESSION = "mcp-session-id: abc";

type Proxied = Awaited<ReturnType<typeof startProxied>>;

/** One exchange after another over one connection. */
async function begun(talk: Proxied, ...headers: string[]): Promise<{ client: Line; target: Line }> {
  const client = await talk.connect();
  client.send(post(JSON.stringify(INITIALIZE)));
  const target = await talk.next();
  await target.has('"initialize"');
  target.send(json(INITIALIZED, ...headers));
  await client.has('"serverInfo"');
  return { client, target };
}

describe("a request", () => {
  it("arrives byte for byte, but for its host, its length and the trace context", async () => {
    const talk = await startProxied();
    const body = '{"jsonrpc":"2.0", "id":1.0,"method":"tools/call",\r\n "params":{"name":"add","x":1e400}} ';
    const client = await talk.connect();

    client.send(
      post(body, "Authorization: Bearer x", "X-a: 1", "x-A: 2", "accept: */*", "Connection: keep-alive"),
    );
    const target = await talk.next();
    await target.has("1e400}} ");

    const edited = body.replace('"name"', `${META},"name"`);
    expect(target.arrived().toString()).toBe(
      [
        "POST /mcp HTTP/1.1",
        `host: 127.0.0.1:${talk.targetPort}`,
        "Content-Type: application/json",
        "Authorization: Bearer x",
        "X-a: 1",
        "x-A: 2",
        "accept: */*",
        "Connection: keep-alive",
        `content-length: ${edited.length}`,
        `traceparent: ${String(CARRIER["traceparent"])}`,
        "",
        edited,
      ].join("\r\n"),
    );
  });

  it.each([
    [
      "a path of its own, and no body",
      "DELETE /a/../b?c=%20&d HTTP/1.1\r\nHost: here\r\nConnection: keep-alive\r\n\r\n",
    ],
    [
      "a body in another form",
      "POST /token HTTP/1.1\r\nHost: here\r\nConnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 3\r\n\r\na=b",
    ],
    [
      "chunks",
      "PUT / HTTP/1.1\r\nHost: here\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
    ],
    [
      "JSON that is no JSON-RPC",
      'POST /mcp HTTP/1.1\r\nHost: here\r\nConnection: keep-alive\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{ "a" :1}',
    ],
    [
      "a batch",
      'POST /mcp HTTP/1.1\r\nHost: here\r\nConnection: keep-alive\r\ncontent-type: application/json\r\ncontent-length: 45\r\n\r\n[{"jsonrpc":"2.0","id":1,"method":"ping"}   ]',
    ],
    [
      "bytes that are no UTF-8",
      'POST /mcp HTTP/1.1\r\nHost: here\r\nConnection: keep-alive\r\nX: \xe4\xff\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n{"\xff\xfe',
    ],
    [
      "a compressed body",
      "POST /mcp HTTP/1.1\r\nHost: here\r\nConnection: keep-alive\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b",
    ],
  ])("arrives as it is with %s", async (_case, text) => {
    const talk = await startProxied();
    const client = await talk.connect();

    client.send(Buffer.from(text, "latin1"));
    const target = await talk.next();
    const expected = text
      .replace("Host: here", `Host: 127.0.0.1:${talk.targetPort}`)
      .replace("PUT / ", "PUT /mcp ");
    while (target.arrived().length < expected.length) await once(target.socket, "data");

    expect(target.arrived().toString("latin1")).toBe(expected);
  });

  it("passes in parts where it is too long to be read, and is counted", async () => {
    const talk = await startProxied();
    const client = await talk.connect();
    const body = Buffer.alloc(20 * 1024 * 1024, " ");

    client.send(post(body));
    const target = await talk.next();
    let length = 0;
    target.socket.on("data", (bytes: Buffer) => (length += bytes.length));
    while (length < body.length) await once(target.socket, "data");

    expect(talk.known.suppressed.get("too_long")).toBe(1);
  });
});

describe("a response", () => {
  it("arrives byte for byte, and ends the request", async () => {
    const talk = await startProxied();
    const { client, target } = await begun(talk);
    const before = client.arrived().length;
    const body = '{"jsonrpc":"2.0","id":1, "result":{"isError":true}}';
    const response = [
      "HTTP/1.1 200 Fine",
      "Set-Cookie: a",
      "set-cookie: b",
      "X-A: \xe4",
      "Content-Type: application/json; charset=utf-8",
      `Content-Length: ${body.length}`,
      "Connection: keep-alive",
      "Keep-Alive: timeout=5",
      "",
      body,
    ].join("\r\n");

    client.send(post(JSON.stringify(CALL)));
    await target.has("tools/call");
    target.send(Buffer.from(response.slice(0, -2), "latin1"));
    target.send("}}");
    await client.has(body);

    expect(client.arrived().subarray(before).toString("latin1")).toBe(response);
    while (talk.open().length > 0) await turn();
    expect(talk.lines()).toEqual(["SERVER initialize 0", "SERVER tools/call 1 error.type=tool_error"]);
  });

  it("is read where it is compressed, and arrives as it is", async () => {
    const talk = await startProxied();
    const { client, target } = await begun(talk);
    const body = gzipSync(JSON.stringify({ jsonrpc: "2.0", id: 1, result: { isError: true } }));

    client.send(post(JSON.stringify(CALL)));
    await target.has("tools/call");
    target.send(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    target.send(body);
    await client.has(body.toString("latin1").slice(-1));
    while (talk.open().length > 0) await turn();

    expect(client.arrived().subarray(-body.length).equals(body)).toBe(true);
    expect(talk.lines().at(-1)).toBe("SERVER tools/call 1 error.type=tool_error");
  });

  it.each([401, 404, 500])("of HTTP alone is the end: %i", async (status) => {
    const talk = await startProxied();
    const { client, target } = await begun(talk);

    client.send(post(JSON.stringify(CALL)));
    await target.has("tools/call");
    target.send(`HTTP/1.1 ${status} No\r\nWWW-Authenticate: Bearer\r\ncontent-length: 2\r\n\r\nno`);
    await client.has("\r\n\r\nno");

    expect(talk.lines().at(-1)).toBe(`SERVER tools/call 1 error.type=${status}`);
    expect(talk.known.has("tool", "add")).toBe(false);
  });

  it("that is cut short is cut short", async () => {
    const talk = await startProxied();
    const { client, target } = await begun(talk);

    client.send(post(JSON.stringify(CALL)));
    await target.has("tools/call");
    target.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");
    await client.has("\r\n\r\n{");
    target.socket.destroy();
    await client.closed;

    expect(talk.lines().at(-1)).toBe("SERVER tools/call 1 error.type=connection_closed");
  });

  it("that never comes, since the target is gone, is a 502", async () => {
    const talk = await startProxied();
    talk.target.close();
    const client = await talk.connect();

    client.send(post(JSON.stringify(CALL)));
    await client.has("ECONNREFUSED");

    expect(client.arrived().toString()).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
    expect(talk.lines()).toEqual(["SERVER tools/call 1 error.type=connection_closed"]);
  });

  it("that its client does not wait for takes the request back", async () => {
    const talk = await startProxied();
    const { client, target } = await begun(talk);

    client.send(post(JSON.stringify(CALL)));
    await target.has("tools/call");
    client.socket.destroy();
    await target.closed;

    while (talk.open().length > 0) await turn();
    expect(talk.lines().at(-1)).toBe("SERVER tools/call 1 cancelled");
  });
});

describe("an event stream", () => {
  it("arrives event by event, and each is heard", async () => {
    const talk = await startProxied();
    const { client, target } = await begun(talk, SESSION);
    client.send(post(JSON.stringify(CALL), SESSION, "mcp-protocol-version: 2025-11-25"));
    await target.has("tools/call");

    target.send(STREAM);
    await client.has("text/event-stream");
    target.send(chunk('id: 1\nevent: message\ndata: {"jsonrpc":"2.0","id":"s","method":"ping"}\n\n'));
    await client.has("ping");
    expect(talk.open()).toEqual(["SERVER tools/call 1 open", "CLIENT ping s open"]);
    target.send(chunk('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'));
    await client.has('"result":{}');
    target.send(END);
    await client.has(END);

    expect(talk.open()).toEqual(["CLIENT ping s open"]);
  });

  it("is gone on with by another request, and the answer comes there", async () => {
    const talk = await startProxied();
    const { client, target } = await begun(talk, SESSION);
    client.send(post(JSON.stringify(CALL), SESSION));
    await target.has("tools/call");
    target.send(`${STREAM}${chunk("id: 7\ndata:\n\n")}${END}`);
    await client.has(END);
    expect(talk.open()).toHaveLength(1);

    client.send(
      `GET /mcp HTTP/1.1\r\nHost: here\r\n${SESSION}\r\nLast-Event-ID: 7\r\naccept: text/event-stream\r\n\r\n`,
    );
    await target.has("Last-Event-ID: 7\r\n");
    target.send(`${STREAM}${chunk('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n')}`);
    await client.has('"result":{}');

    expect(talk.lines().at(-1)).toBe("SERVER tools/call 1");
  });

  it("waits where the client does not read, and so does the target", async () => {
    const talk = await startProxied();
    const { client, target } = await begun(talk);
    client.send(post(JSON.stringify(CALL)));
    await target.has("tools/call");
    client.socket.pause();

    target.send(STREAM);
    const event = chunk(`data: ${"x".repeat(64 * 1024)}\n\n`);
    let sent = 0;
    while (target.socket.write(event) || sent < 100) {
      sent += 1;
      if (sent > 10_000) break;
      await turn();
      if (target.socket.writableLength > 1024 * 1024) break;
    }

    expect(target.socket.writableLength).toBeGreaterThan(0);
    expect(sent).toBeLessThan(10_000);
  });

  it("of 2026-07-28 that its client closes is a request taken back", async () => {
    const talk = await startProxied();
    const client = await talk.connect();
    const meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
    client.send(post(JSON.stringify({ ...CALL, params: { name: "add", _meta: meta } })));
    const target = await talk.next();
    await target.has("tools/call");
    target.send(STREAM);
    await client.has("text/event-stream");

    client.socket.destroy();
    await target.closed;

    while (talk.open().length > 0) await turn();
    expect(talk.lines()).toEqual(["SERVER tools/call 1 cancelled"]);
  });

  it("of a server before Streamable HTTP carries the answers to what is sent elsewhere", async () => {
    const talk = await startProxied();
    const { stream, out } = await talk.events("/messages?sessionId=7");
    const client = await talk.connect();

    client.send(post(JSON.stringify(CALL)).toString().replace("/mcp", "/messages?sessionId=7"));
    const target = await talk.next();
    await target.has("tools/call");
    target.send("HTTP/1.1 202 Accepted\r\ncontent-length: 8\r\n\r\nAccepted");
    await client.has("Accepted");
    expect(talk.open()).toEqual(["SERVER tools/call 1 open"]);
    out.send(chunk('event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'));
    await stream.has('"result":{}');

    expect(talk.lines()).toEqual(["SERVER tools/call 1"]);
    expect(talk.told[0]?.operation.attributes["mcp.session.id"]).toBe("7");
  });
});

describe("a session", () => {
  it("lasts from the answer to initialize to its DELETE", async () => {
    const talk = await startProxied();
    const { client, target } = await begun(talk, SESSION);
    client.send(post(JSON.stringify(CALL), SESSION));
    await target.has("tools/call");
    target.send("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
    await client.has("202 Accepted");
    expect(talk.told.at(-1)?.operation.attributes).toMatchObject({
      "mcp.session.id": "abc",
      "mcp.client.name": "c",
      "mcp.server.name": "s",
      "network.protocol.name": "http",
      "network.protocol.version": "1.1",
      "client.address": "127.0.0.1",
    });

    client.send(`DELETE /mcp HTTP/1.1\r\nHost: here\r\n${SESSION}\r\n\r\n`);
    await target.has("DELETE");
    target.send("HTTP/1.1 204 No Content\r\n\r\n");
    await client.has("204 No Content");

    while (talk.open().length > 0) await turn();
    expect(talk.lines().at(-1)).toBe("SERVER tools/call 1 error.type=connection_closed");
  });

  it("is not made by whoever names an id that the target does not know", async () => {
    const talk = await startProxied();
    const client = await talk.connect();
    client.send(post(JSON.stringify(CALL), "mcp-session-id: invented"));
    const target = await talk.next();
    await target.has("tools/call");

    target.send("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    await client.has("404");

    expect(talk.lines()).toEqual(["SERVER tools/call 1 error.type=404"]);
  });
});

it("takes no session id from the client of a server that gives none", async () => {
  const opened: unknown[] = [];
  const talk = await startProxied(undefined, {
    openSession(session) {
      opened.push(session);
      return { seen: () => undefined, close: () => undefined };
    },
  });
  const client = await talk.connect();

  client.send(post(JSON.stringify(INITIALIZE), "mcp-session-id: invented"));
  const target = await talk.next();
  await target.has("initialize");
  target.send(json(INITIALIZED));
  await client.has('"serverInfo"');
  while (talk.open().length > 0) await turn();

  expect(opened).toEqual([]);
  expect(talk.told[0]?.operation.attributes["mcp.session.id"]).toBeUndefined();
});

describe("a connection", () => {
  it("has one of its own to the target, and ends with it", async () => {
    const talk = await startProxied();
    const { client, target } = await begun(talk);
    client.send(post(JSON.stringify(CALL)));
    await target.has("tools/call");
    target.send(json({ jsonrpc: "2.0", id: 1, result: {} }));
    await client.has('"result":{}');
    expect(talk.waiting).toHaveLength(0);

    target.socket.end();
    await client.closed;

    const other = await begun(talk);
    other.client.socket.end();
    await other.target.closed;
    expect(talk.faults).toEqual([]);
  });

  it("passes everything on where our own code fails", async () => {
    const fail = (): never => {
      throw new Error("ours");
    };
    const talk = await startProxied(undefined, { begin: fail, openSession: fail, httpExchange: fail });
    const { client, target } = await begun(talk, SESSION);

    client.send(post(JSON.stringify(CALL), SESSION));
    await target.has(JSON.stringify(CALL));
    target.send(json({ jsonrpc: "2.0", id: 1, result: {} }));
    await client.has('"result":{}');

    expect(talk.faults.length).toBeGreaterThan(0);
  });

  it("that names another host is refused where the proxy says so", async () => {
    const talk = await startProxied(() => false);
    const client = await talk.connect();

    client.send(post("{}"));
    await client.has("names another host");

    expect(client.arrived().toString()).toMatch(/^HTTP\/1.1 403 /);
  });
});
