// Which connection is made to which peer: a failed connect does not count, and a transport inside another counts as
// that one.
import { expect, it } from "vitest";
import { wrapConnect } from "../../src/hook/connection/connect.ts";
import { runConnecting, tapStarted } from "../../src/hook/connection/tap.ts";
import { connect, OwnTransport, record, request, response } from "./fakes.ts";

/** A server as `connect` and the role see it. */
function createServer(connecting: (transport: OwnTransport) => unknown) {
  class Server {
    _serverInfo = { name: "shop", version: "1.0.0" };
    getClientCapabilities(): undefined {
      return undefined;
    }
    connect(transport: OwnTransport): unknown {
      return connecting(transport);
    }
  }
  wrapConnect(Server.prototype);
  return new Server();
}

function recordConnections(): string[] {
  const told: string[] = [];
  record({
    observer: {
      connecting: (role, self) => void told.push(`connecting ${role} ${self?.name}`),
      connected: (role) => void told.push(`connected ${role}`),
    },
  });
  return told;
}

it("a server is connected once connect() has succeeded", async () => {
  const told = recordConnections();

  const connected = createServer(() => Promise.resolve()).connect(new OwnTransport());

  expect(told).toEqual(["connecting server shop"]);
  await connected;
  expect(told).toEqual(["connecting server shop", "connected server"]);
});

it("a server whose connect() was rejected is not connected, and the error is the application's", async () => {
  const told = recordConnections();
  const error = new Error("port taken");

  await expect(createServer(() => Promise.reject(error)).connect(new OwnTransport())).rejects.toBe(error);

  expect(told).toEqual(["connecting server shop"]);
});

it("a client transport that another one starts is inside that one, and its messages are recorded once", async () => {
  const recording = record();
  const inner = new OwnTransport();
  class Wrapper extends OwnTransport {
    override async start(): Promise<void> {
      await Promise.resolve(); // a wrapper may have something to do first
      tapStarted(inner, "client");
      inner.onmessage = (message) => this.onmessage?.(message);
    }
    override send(message: unknown): unknown {
      return inner.send({ ...(message as object) });
    }
  }
  const outer = new Wrapper();
  await runConnecting({ role: "client", over: false, probes: false }, async () => {
    connect(outer, "client");
    await new Promise((resolve) => setImmediate(resolve));
  });

  outer.send(request(1, "tools/list"));
  inner.onmessage?.(response(1));

  expect(recording.lines()).toEqual(["CLIENT tools/list 1"]);
});

it("a transport that is started by hand after another has started is independent of it", async () => {
  const recording = record();
  connect(new OwnTransport(), "client");
  await new Promise((resolve) => setImmediate(resolve));
  const probe = new OwnTransport();

  tapStarted(probe, "client");
  probe.send(request(1, "server/discover"));

  expect(recording.lines()).toEqual(["CLIENT server/discover 1 open"]);
});
