// A request is answered when its answer has been sent; and a tool call that has become a task ends with the task.
import { expect, it } from "vitest";
import { connect, notification, OwnTransport, record, request, response } from "./fakes.ts";

/** A transport whose send takes time, and ends when and how the test says. */
class SlowTransport extends OwnTransport {
  readonly sending: { done(): void; fail(error: unknown): void }[] = [];
  override send(message: unknown): Promise<void> {
    this.sent.push(message);
    return new Promise((done, fail) => this.sending.push({ done, fail }));
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("a request is open until its answer has been sent [outcome.unsent]", async () => {
  const recording = record();
  const transport = connect(new SlowTransport());

  transport.onmessage?.(request(1, "tools/list"));
  void transport.send(response(1, { tools: [] }));
  await turn();
  expect(recording.open()).toEqual(["SERVER tools/list 1 open"]);
  transport.sending[0]?.done();
  await turn();

  expect(recording.lines()).toEqual(["SERVER tools/list 1"]);
});

it.each([
  [new TypeError("Do not know how to serialize a BigInt"), "TypeError"],
  [new Error("No connection established for request ID: 1"), "connection_closed"],
  [Object.assign(new Error("write EPIPE"), { code: "EPIPE" }), "connection_closed"],
  ["no error at all", "_OTHER"],
])(
  "an answer that could not be sent is a failure, and the sender gets the error: %s",
  async (error, errorType) => {
    const recording = record();
    const transport = connect(new SlowTransport());

    transport.onmessage?.(request(1, "tools/call", { name: "add" }));
    const sent = transport.send(response(1, { content: [] }));
    transport.sending[0]?.fail(error);

    await expect(sent).rejects.toBe(error);
    expect(recording.lines()).toEqual([`SERVER tools/call 1 error.type=${errorType}`]);
    expect(recording.told[0]?.ends[0]).not.toHaveProperty("result");
  },
);

it("an answer that the transport refuses at once is a failure", () => {
  const recording = record();
  class Refusing extends OwnTransport {
    override send(_message: unknown): never {
      throw new RangeError("no");
    }
  }
  const transport = connect(new Refusing());

  transport.onmessage?.(request(1, "tools/list"));

  expect(() => transport.send(response(1))).toThrow("no");
  expect(recording.lines()).toEqual(["SERVER tools/list 1 error.type=RangeError"]);
});

it("an answer on its way when the connection closes has not been sent", async () => {
  const recording = record();
  const transport = connect(new SlowTransport());
  transport.onmessage?.(request(1, "tools/list"));
  void transport.send(response(1));

  transport.close();
  await turn();
  transport.sending[0]?.done();
  await turn();

  expect(recording.told[0]?.ends).toEqual([{ errorType: "connection_closed" }]);
});

it("an answer that a transport sends and then closes has been sent", async () => {
  const recording = record();
  const transport = connect(new SlowTransport());
  transport.onmessage?.(request(1, "tools/list"));
  void transport.send(response(1));

  transport.sending[0]?.done();
  transport.close();
  await turn();

  expect(recording.told[0]?.ends).toEqual([{ result: {} }]);
});

const working = response(1, { task: { taskId: "t", status: "working" } });
const status = (value: string) => notification("notifications/tasks/status", { taskId: "t", status: value });

it.each([
  ["completed", "SERVER tools/call 1"],
  ["failed", "SERVER tools/call 1 error.type=tool_error"],
  ["cancelled", "SERVER tools/call 1 cancelled"],
])("a tool that runs as a task ends when the server says that it is %s [outcome.task]", (value, line) => {
  const recording = record();
  const transport = connect(new OwnTransport());

  transport.onmessage?.(request(1, "tools/call", { name: "slow", task: {} }));
  transport.send(working);
  transport.send(status("working"));
  expect(recording.open()).toEqual(["SERVER tools/call 1 open"]);
  transport.send(status(value));
  transport.send(status("failed")); // one too many

  expect(recording.told[0]?.ends).toHaveLength(1);
  expect(recording.lines()[0]).toBe(line);
});

it.each([
  ["tasks/get", { taskId: "t", status: "failed" }],
  ["tasks/cancel", { taskId: "t", status: "failed" }],
  ["tasks/result", { isError: true, content: [] }],
])("a client learns from %s how a task ended", (method, result) => {
  const recording = record();
  const transport = connect(new OwnTransport(), "client");

  transport.send(request(1, "tools/call", { name: "slow", task: {} }));
  transport.onmessage?.(working);
  expect(recording.open()).toEqual(["CLIENT tools/call 1 open"]);
  transport.send(request(2, method, { taskId: "t" }));
  transport.onmessage?.(response(2, result));

  expect(recording.lines()[0]).toBe("CLIENT tools/call 1 error.type=tool_error");
});

it("a task without further news is not a failure when the connection closes, and a thousand at a time are followed", () => {
  const recording = record();
  const transport = connect(new OwnTransport());
  for (let id = 0; id < 1001; id += 1) {
    transport.onmessage?.(request(id, "tools/call", { name: "slow" }));
    transport.send(response(id, { task: { taskId: String(id), status: "working" } }));
  }
  expect(recording.open()).toHaveLength(1000);

  transport.close();

  expect(recording.open()).toEqual([]);
  expect(recording.lines().filter((line) => !/^SERVER tools\/call \d+$/.test(line))).toEqual([]);
});

it("what a gateway hands on of its caller's context is replaced by its own, and an application's own stays [propagation.gateway]", () => {
  record({ carrier: { traceparent: "00-aa-bb-01" } });
  const [from, to] = [connect(new OwnTransport()), connect(new OwnTransport(), "client")];
  const callers = { traceparent: "00-cc-dd-01", tracestate: "v=1", baggage: "k=v", progressToken: 5 };

  from.onmessage?.(request(1, "tools/call", { name: "add", _meta: callers }));
  to.send(request(1, "tools/call", { name: "add", _meta: callers }));
  to.send(request(2, "tools/call", { name: "add", _meta: { traceparent: "00-ee-ff-01" } }));

  expect(to.sent).toMatchObject([
    { params: { name: "add", _meta: { traceparent: "00-aa-bb-01", progressToken: 5 } } },
    { params: { _meta: { traceparent: "00-ee-ff-01" } } },
  ]);
  expect(JSON.stringify(to.sent[0])).not.toMatch(/v=1|k=v/);
});
