// What is told of deliveries: a collector that is gone is one piece of news, and the rest is a number.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { allOf, reporting, type DeliveryReport } from "../../src/runtime/delivery/reporting-exporter.ts";

type Done = (result: { code: number; error?: Error }) => void;

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => vi.useRealTimers());

let port = 4000;

/** An exporter whose deliveries are answered by hand. */
function exporter(
  signal: "TRACES" | "METRICS" | "LOGS",
  endpoint: string,
): { told: DeliveryReport; export(batch: unknown, error?: Error): void } {
  let answer: Error | undefined;
  const own = {
    export: (_batch: unknown, done: Done): void => done(answer ? { code: 1, error: answer } : { code: 0 }),
  };
  const told = reporting(own, signal, endpoint, (line) => lines.push(line));
  return {
    told,
    export(batch, error) {
      answer = error;
      own.export(batch, ({ code }) => expect(code).toBe(0)); // the SDK would tell it again
    },
  };
}

const refused = new Error("connect ECONNREFUSED");

it("one line for all signals on the way to one host, one more when it is back", () => {
  const host = `http://collector:${(port += 1)}`;
  const spans = exporter("TRACES", `${host} (OTEL_EXPORTER_OTLP_ENDPOINT, grpc)`);
  const metrics = exporter("METRICS", `${host}/v1/metrics (OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, http/json)`);

  spans.export([{}, {}], refused);
  metrics.export({}, refused);
  spans.export([{}], refused);
  metrics.export({});
  spans.export([{}]);

  expect(lines).toEqual([
    `cannot deliver spans to ${host} (OTEL_EXPORTER_OTLP_ENDPOINT, grpc): connect ECONNREFUSED`,
    "spans are delivered again, after 2 failed attempts",
  ]);
  expect(allOf([spans.told, metrics.told]).lost()).toEqual({ TRACES: 3, METRICS: 1 });
});

it("a collector that comes and goes is told of again after a while, and counted all the time", () => {
  const spans = exporter("TRACES", `http://collector:${(port += 1)}`);
  for (let minute = 0; minute < 25; minute++) {
    spans.export([{}], refused);
    spans.export([{}]);
    vi.advanceTimersByTime(60_000);
  }

  expect(lines.filter((line) => line.startsWith("cannot"))).toHaveLength(3);
  expect(lines).toHaveLength(6);
  expect(spans.told.lost()).toEqual({ TRACES: 25 });
});

it("what a queue drops counts as lost, what it keeps can be sent again, and what is not sampled is neither", () => {
  const own = { export: (_batch: unknown, done: Done): void => done({ code: 0 }) };
  const told = reporting(own, "TRACES", `http://collector:${(port += 1)}`, (line) => lines.push(line));
  const queue: object[] = [];
  const processor = told.following({ onEnd: (span: object): void => void queue.push(span) }, "onEnd");
  const span = (traceFlags: number): object => ({ spanContext: () => ({ traceFlags }) });
  const [first, second] = [span(1), span(1)];

  [first, second, span(0)].forEach((one) => processor.onEnd(one));
  own.export([first], () => undefined);

  expect(queue).toHaveLength(3);
  expect(told.lost()).toEqual({ TRACES: 1 });
  expect(told.unsent()).toEqual([{ signal: "TRACES", items: [second] }]);
  expect(told.unsent()[0]?.items[0]).toBe(second);
});

it.each([
  ["throws", () => undefined],
  ["answers and throws all the same", (done: Done) => done({ code: 0 })],
])("an exporter that %s is answered for once", (_what, before) => {
  const own = {
    export(_batch: unknown, done: Done): void {
      before(done);
      throw new TypeError("no scope");
    },
  };
  const told = reporting(own, "TRACES", `http://collector:${(port += 1)}`, (line) => lines.push(line));
  let answers = 0;

  own.export([{}], () => (answers += 1));

  expect(answers).toBe(1);
  expect([told.failing(), lines.length]).toEqual(_what === "throws" ? [true, 1] : [false, 0]);
});

it("what has been sent and not been answered is no loss yet; after a failure it is", () => {
  const pending: Done[] = [];
  const own = { export: (_batch: unknown, done: Done): void => void pending.push(done) };
  const told = reporting(own, "TRACES", `http://collector:${(port += 1)}`, () => undefined);

  own.export([{}, {}], () => undefined);
  own.export([{}], () => undefined);
  expect([told.lost(), told.onTheWay()]).toEqual([{ TRACES: 3 }, { TRACES: 3 }]);
  pending[0]?.({ code: 0 });
  expect([told.lost(), told.onTheWay()]).toEqual([{ TRACES: 1 }, { TRACES: 1 }]);
  own.export([{}], () => undefined);
  pending[1]?.({ code: 1, error: refused });

  expect([told.lost(), told.onTheWay()]).toEqual([{ TRACES: 2 }, { TRACES: 0 }]);
});
