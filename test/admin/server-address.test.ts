import { networkInterfaces } from "node:os";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ask } from "./ask.ts";
import { canListenOn, createStarter } from "./start.ts";

/** Linux has all of 127.0.0.0/8; others have the first. */
const hasManyLoopbacks = await canListenOn("127.0.0.2");

let starter: ReturnType<typeof createStarter>;
beforeEach(() => {
  starter = createStarter();
});
afterEach(() => starter.closeAll());

describe("on a loopback address, the Host header", () => {
  test.each([
    "localhost",
    "localhost:9464",
    "LOCALHOST.:1",
    "127.0.0.1",
    "127.0.0.1:8080",
    "[::1]",
    "[::1]:9464",
  ])("%s is ours", async (host) => {
    const { port } = await starter.started();
    expect((await ask({ port, headers: { host } })).status).toBe(200);
  });

  test.each([
    "evil.example",
    "evil.example:9464",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "[::2]",
    "localhost:1:2",
  ])("'%s' is not", async (host) => {
    const { port } = await starter.started();
    const { status, body } = await ask({ port, path: "/metrics", headers: { host } });
    expect({ status, body }).toEqual({
      status: 403,
      body: '{"error":"the Host header names another host"}\n',
    });
  });

  test.skipIf(!hasManyLoopbacks)("may be the one that was configured", async () => {
    const { port, url } = await starter.started({ host: "127.0.0.2" });

    const replies = await Promise.all(
      ["127.0.0.2", "localhost", "evil.example"].map((host) =>
        ask({ port, address: "127.0.0.2", headers: { host } }),
      ),
    );

    expect(replies.map(({ status }) => status)).toEqual([200, 200, 403]);
    expect(url).toBe(`http://127.0.0.2:${port}`);
  });

  test("may be missing with HTTP/1.0, as in a load balancer's probe", async () => {
    const { port } = await starter.started();
    const socket = connect(port, "127.0.0.1");

    socket.end("GET /health HTTP/1.0\r\n\r\n");

    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  });
});

test("no host, and the empty host of a variable that is not set, are localhost and not every address", async () => {
  const addresses = await Promise.all([{}, { host: "" }].map((options) => starter.started(options)));

  expect(addresses.map(({ address }) => address)).toEqual(["127.0.0.1", "127.0.0.1"]);
});

/** An address of this machine that others may reach. */
const OUTER = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === "IPv4" && !found.internal)?.address;

test.skipIf(OUTER === undefined)("on an address that others reach, any Host header is answered", async () => {
  const { port, address } = await starter.started({ host: "0.0.0.0" });

  const { status } = await ask({ port, address: OUTER ?? "", headers: { host: "shop.default.svc:9464" } });

  expect({ status, address }).toEqual({ status: 200, address: "0.0.0.0" });
});

test("bound to every address, a connection to the loopback one has to name this host", async () => {
  const { port } = await starter.started({ host: "0.0.0.0" });

  const replies = await Promise.all(
    ["evil.example", `localhost:${port}`].map((host) => ask({ port, path: "/metrics", headers: { host } })),
  );

  expect(replies.map(({ status }) => status)).toEqual([403, 200]);
});

describe("where no port is given", () => {
  // Where there is one, an address that no other test's server is on.
  const host = hasManyLoopbacks ? "127.0.0.3" : "127.0.0.1";

  test("each server takes the next free one, without a word: whoever starts it tells where it is", async () => {
    const first = await starter.start({ host });
    starter.said.length = 0;
    const second = await starter.start({ host });

    expect(second?.port).toBeGreaterThan(first?.port ?? 9464);
    expect(second?.port).toBeLessThan(9474);
    expect(second?.url).toBe(`http://${host}:${second?.port}`);
    expect(starter.said).toEqual([]);
  });

  test("and all are taken, it says so and the application runs on", async () => {
    const last = (await starter.start({ host }))?.port ?? 0;
    starter.said.length = 0;

    const none = await starter.start({ host, range: last - 9464 + 1 });

    expect(none).toBeUndefined();
    expect(starter.said).toEqual([
      `ports 9464 to ${last} on ${host} are all taken, set OTEL_EXPORTER_PROMETHEUS_PORT to a free one; /metrics, /health, /ready are not served`,
    ]);
  });
});

describe("where a port is given that cannot be had, one line names the setting and the application runs on", () => {
  test("taken", async () => {
    const { port } = (await starter.occupy(0, "127.0.0.1")).address() as AddressInfo;

    expect(await starter.start({ port })).toBeUndefined();
    expect(starter.said).toEqual([
      `port ${port} on localhost is taken, set OTEL_EXPORTER_PROMETHEUS_PORT to a free one or unset it to have one found; /metrics, /health, /ready are not served`,
    ]);
  });

  test.each([-1, 65536, Number.NaN])("no port: %s", async (port) => {
    expect(await starter.start({ port })).toBeUndefined();
    expect(starter.said).toEqual([
      expect.stringMatching(/is not a port, set OTEL_EXPORTER_PROMETHEUS_PORT to a number from 0 to 65535;/),
    ]);
  });

  test.each(["203.0.113.77", "no-such-host.invalid", "not a host"])(
    "no address of ours: %s",
    async (host) => {
      expect(await starter.start({ port: 0, host })).toBeUndefined();
      expect(starter.said).toEqual([
        expect.stringMatching(
          /is not an address of this machine, set OTEL_EXPORTER_PROMETHEUS_HOST to localhost/,
        ),
      ]);
    },
  );
});

describe.skipIf(!(await canListenOn("::1")))("localhost is both of its addresses", () => {
  test("on the same port", async () => {
    const { port, address, close } = await starter.started();

    const replies = await Promise.all(["127.0.0.1", "::1"].map((at) => ask({ port, address: at })));

    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(address).toBe("127.0.0.1");
    await close();
    for (const at of ["127.0.0.1", "::1"])
      await expect(ask({ port, address: at })).rejects.toThrow("ECONNREFUSED");
  });

  test("or the one that is free, where the port was asked for", async () => {
    const { port } = (await starter.occupy(0, "::1")).address() as AddressInfo;

    await starter.started({ port });

    expect((await ask({ port })).body).toBe("healthy\n");
    expect(starter.said).toEqual([
      `port ${port} on ::1 is another process's; /metrics, /health, /ready are served on 127.0.0.1 alone`,
    ]);
  });

  test("and a bracketed IPv6 address is itself", async () => {
    const { port, url } = await starter.started({ host: "[::1]" });

    expect(url).toBe(`http://[::1]:${port}`);
    expect((await ask({ port, address: "::1" })).status).toBe(200);
  });
});
