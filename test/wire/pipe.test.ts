import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { hub } from "../../src/hook/hub.ts";
import { relay } from "../../src/wire/pipe/pipe.ts";
import type { OperationObserver } from "../../src/operation/observer.ts";
import { CARRIER, record } from "../hook/fakes.ts";

const INITIALIZE = '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"host"}}}\n';
const INITIALIZED = '{"jsonrpc":"2.0","id":0,"result":{"serverInfo":{"name":"snake","version":"1"}}}\n';
const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}\n';

function conversation(seenFromWithin = false, observer: Partial<OperationObserver> = {}) {
  const recording = record({ observer });
  const [hostIn, hostOut, serverIn, serverOut] = Array.from({ length: 4 }, () => new PassThrough()) as [
    PassThrough,
    PassThrough,
    PassThrough,
    PassThrough,
  ];
  const asked: (string | undefined)[] = [];
  const passing = relay(
    { host: { input: hostIn, output: hostOut }, server: { input: serverIn, output: serverOut } },
    (server) => {
      asked.push(server?.name);
      return seenFromWithin ? undefined : hub();
    },
  );
  const said = async (to: PassThrough, from: PassThrough, content: string | Buffer): Promise<string> => {
    to.write(content);
    await turn();
    await turn();
    return ((from.read() as Buffer | null) ?? "").toString();
  };
  return {
    ...recording,
    passing,
    asked,
    hostIn,
    hostOut,
    serverIn,
    serverOut,
    toServer: (content: string | Buffer) => said(hostIn, serverIn, content),
    toHost: (content: string | Buffer) => said(serverOut, hostOut, content),
  };
}

async function begun() {
  const talk = conversation();
  await talk.toServer(INITIALIZE);
  await talk.toHost(INITIALIZED);
  return talk;
}

describe("a relay", () => {
  it("passes the first message on as it is, and asks who observes at the server's first", async () => {
    const talk = conversation();

    expect(await talk.toServer(INITIALIZE)).toBe(INITIALIZE);
    expect(await talk.toHost("starting ...\n{}\n")).toBe("starting ...\n{}\n");
    expect(talk.asked).toEqual([]);
    expect(await talk.toHost(INITIALIZED)).toBe(INITIALIZED);

    expect(talk.asked).toEqual(["snake"]);
    expect(talk.lines()).toEqual(["SERVER initialize 0"]);
    expect(talk.told[0]?.operation.since).toBeLessThan(performance.now());
  });

  it("observes nothing where the server is seen from within", async () => {
    const talk = conversation(true);
    await talk.toServer(INITIALIZE);
    await talk.toHost(INITIALIZED);

    expect(await talk.toServer(CALL)).toBe(CALL);
    talk.passing.end();

    expect(talk.told).toEqual([]);
    expect(talk.faults).toEqual([]);
  });

  it("has a call continue the trace, and ends it with its answer", async () => {
    const talk = await begun();

    const call = JSON.parse(await talk.toServer(CALL)) as { params: { _meta: unknown } };
    expect(call.params._meta).toEqual(CARRIER);
    const answer = '{"id":1,"result":{"isError":true}}\n';
    expect(await talk.toHost(answer)).toBe(answer);

    expect(talk.lines().slice(1)).toEqual(["SERVER tools/call 1 error.type=tool_error"]);
  });

  it("passes everything on where our own code fails", async () => {
    const fail = (): never => {
      throw new Error("ours");
    };
    const talk = conversation(false, { begin: fail, connecting: fail, openSession: fail });
    await talk.toServer(INITIALIZE);

    expect(await talk.toHost(INITIALIZED)).toBe(INITIALIZED);
    expect(await talk.toServer(CALL)).toBe(CALL);
    const answer = '{"id":1,"result":{}}\n';
    expect(await talk.toHost(answer)).toBe(answer);

    expect(talk.faults.length).toBeGreaterThan(0);
  });

  it("does not edit a line of which a part has passed already", async () => {
    const talk = conversation();
    await talk.toServer(INITIALIZE + CALL.slice(0, 20));
    await talk.toHost(INITIALIZED);

    expect(await talk.toServer(CALL.slice(20))).toBe(CALL.slice(20));
    expect(talk.open()).toHaveLength(1);
    expect(await talk.toServer(CALL)).toContain("traceparent");
  });

  it("observes the messages of a batch, and passes it on as it is", async () => {
    const talk = await begun();
    const batch = `[${CALL.trim()},{"jsonrpc":"2.0","id":2,"method":"ping"}]\r\n`;

    expect(await talk.toServer(batch)).toBe(batch);
    await talk.toHost('[{"id":1,"result":{}},{"id":2,"result":{}}]\n');

    expect(talk.lines().slice(1)).toEqual(["SERVER tools/call 1", "SERVER ping 2"]);
  });

  it.each([
    ["no JSON", "hello\n"],
    ["JSON that is no JSON-RPC", '{"hello":[1]}\n'],
    ["a torn object", '{"jsonrpc":"2.0","id":3,"method":\n'],
    ["an empty line", "\r\n"],
    ["null", "null\n"],
  ])("passes %s in both directions, and tells nothing", async (_case, text) => {
    const talk = await begun();
    const before = talk.lines();

    expect(await talk.toServer(text)).toBe(text);
    expect(await talk.toHost(text)).toBe(text);

    expect(talk.lines()).toEqual(before);
    expect(talk.faults).toEqual([]);
  });

  it("passes on what no newline ends, and then the end", async () => {
    const talk = await begun();

    talk.hostIn.end("half a line");
    await turn();
    await turn();

    expect(String(talk.serverIn.read())).toBe("half a line");
    expect(talk.serverIn.writableEnded).toBe(true);
  });

  it("counts a message that is too long, and passes it", async () => {
    const talk = await begun();
    const long = `{"jsonrpc":"2.0","id":5,"method":"ping","params":{"x":"${"x".repeat(17 * 1024 * 1024)}"}}\n`;
    let passed = 0;
    talk.serverIn.on("data", (chunk: Buffer) => (passed += chunk.length));

    talk.hostIn.write(long);
    while (passed < long.length) await turn();

    expect(passed).toBe(long.length);
    expect(talk.known.suppressed.get("too_long")).toBe(1);
    expect(talk.open()).toEqual([]);
  });

  it.each([
    ["the id first", (filler: string) => `{"jsonrpc":"2.0","id":1,"result":{"x":"${filler}"}}\n`],
    ["the id last", (filler: string) => `{"result":{"x":"${filler}"},"jsonrpc":"2.0","id":1}\n`],
  ])("ends a call whose answer is too long to be read: %s", async (_case, answer) => {
    const talk = await begun();
    await talk.toServer(CALL);
    const long = answer("x".repeat(17 * 1024 * 1024));
    let passed = 0;
    talk.hostOut.on("data", (chunk: Buffer) => (passed += chunk.length));

    talk.serverOut.write(long);
    while (passed < long.length) await turn();

    expect(talk.lines().slice(-1)).toEqual(["SERVER tools/call 1"]);
    expect(talk.open()).toEqual([]);
  });

  it("tells a notification of the server once while a call is open, and that once again where two are", async () => {
    const talk = await begun();
    await talk.toServer(CALL);
    const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n';

    await talk.toHost(changed);
    await talk.toServer(CALL.replace('"id":1', '"id":2'));
    await talk.toHost(changed);

    expect(
      talk.told.filter(({ operation }) => operation.method === "notifications/tools/list_changed"),
    ).toHaveLength(2);
  });

  it("ends the server's input where the host's ends with an error", async () => {
    const talk = await begun();
    talk.hostIn.write("half");

    talk.hostIn.destroy(new Error("ECONNRESET"));
    await turn();
    await turn();

    expect(talk.serverIn.writableEnded).toBe(true);
  });

  it("ends what is open when the server is gone, and what it never answered", async () => {
    const silent = conversation();
    await silent.toServer(INITIALIZE);

    silent.passing.end();

    expect(silent.lines()).toEqual(["SERVER initialize 0 error.type=connection_closed"]);
  });

  it("stops reading from a host whose server does not read", async () => {
    const talk = await begun();
    let pushed = 0;

    while (talk.hostIn.write(CALL) && pushed < 100_000) {
      pushed += 1;
      await turn();
    }

    expect(talk.hostIn.isPaused()).toBe(true);
    expect(talk.serverIn.writableLength).toBeLessThan(1024 * 1024);
  });

  it("gives what the server asks to the one request it can belong to", async () => {
    const talk = await begun();
    await talk.toServer(CALL);

    const ask = '{"jsonrpc":"2.0","id":"s1","method":"sampling/createMessage","params":{}}\n';
    expect(await talk.toHost(ask)).toBe(ask);
    await talk.toServer('{"id":"s1","result":{}}\n');

    expect(talk.lines().slice(-1)).toEqual(["CLIENT sampling/createMessage s1"]);
  });
});
