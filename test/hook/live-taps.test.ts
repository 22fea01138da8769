// The end of a process ends what is open on its connections, and the end of a host is noticed early.
import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { countRunning, endEverything, onPeerGone, servesStdio } from "../../src/hook/connection/close.ts";
import { connect, OwnTransport, record, request, response } from "./fakes.ts";

class StdioServerTransport extends OwnTransport {
  readonly _stdin = new EventEmitter();
}

it("ends open requests in both directions with connection_closed, and nothing twice", () => {
  const recording = record();
  const server = connect(new OwnTransport());
  const client = connect(new OwnTransport(), "client");
  server.onmessage?.(request(1, "tools/list"));
  server.onmessage?.(request(2, "prompts/list"));
  void server.send(response(2));
  void server.send(request(3, "sampling/createMessage"));
  void client.send(request(4, "resources/list"));
  expect(countRunning()).toBe(2); // the server's request to its client is part of its answer

  endEverything();
  server.close();
  client.close();

  expect(countRunning()).toBe(0);
  expect(recording.lines()).toEqual([
    "SERVER tools/list 1 error.type=connection_closed",
    "SERVER prompts/list 2",
    "CLIENT sampling/createMessage 3 error.type=connection_closed",
    "CLIENT resources/list 4 error.type=connection_closed",
  ]);
  expect(recording.told.map(({ ends }) => ends.length)).toEqual([1, 1, 1, 1]);
  expect(recording.faults).toEqual([]);
});

it("is called once when a stdio server's input ends or its transport closes, and not for other connections", () => {
  record();
  let gone = 0;
  onPeerGone(() => (gone += 1));
  const other = connect(new OwnTransport());
  other.close();
  expect([gone, servesStdio()]).toEqual([0, false]);
  const ends = connect(new StdioServerTransport());
  connect(ends); // again, over the same
  expect(servesStdio()).toBe(true);

  ends._stdin.emit("end");
  ends._stdin.emit("close");
  expect(gone).toBe(1);

  ends.close();
  ends.close();
  expect([gone, servesStdio()]).toEqual([2, false]);
});

it("is called for the end of input before the application, which may exit there", () => {
  record();
  const order: string[] = [];
  onPeerGone(() => order.push("we"));
  const transport = new StdioServerTransport();
  transport._stdin.on("end", () => order.push("application"));
  connect(transport);

  transport._stdin.emit("end");
  transport.close();

  expect(order.slice(0, 2)).toEqual(["we", "application"]);
});

it("a client over stdio has no host that could go", () => {
  record();
  connect(new StdioServerTransport(), "client");

  expect(servesStdio()).toBe(false);
});
