import { afterEach, describe, expect, it, onTestFailed } from "vitest";
import { arrived, queryPrometheus, samplesInPrometheus, traceInJaeger } from "./ask.ts";
import { needs, NEEDS_SERVERS, programs, STORES } from "./given.ts";
import { linesIn, type StoreName } from "./log-stores.ts";
import type { BackEnd } from "./back-ends.ts";
import { startNumbered, tracesOf } from "./numbered.ts";
import { pause } from "./service.ts";
import { startStack, type Stack } from "./stack.ts";
import { foundOf, startTalk } from "./talk.ts";

/** How long the back ends are down. `STACK_LONG=1` is the outage from the issue; the short one works the same way. */
const OUTAGE_MS = process.env["STACK_LONG"] ? 120_000 : 12_000;
const QUIET_MS = 2000;
/** Otherwise 30 s, too long to wait after a short outage. */
const SOON = { MCP_RETRY_MAX_INTERVAL: "3s" };
/** The shipped files without the lines that make their queues persistent. */
const inMemory = (store: StoreName) =>
  ["jaeger", "prometheus", store].map(
    (name) => `yaml:exporters::otlp_http/${name}::sending_queue::storage: null`,
  );

for (const store of STORES)
  describe(
    `an outage of all back ends, ${store} among them, with the Collector killed in the middle`,
    needs(store),
    () => {
      let stack: Stack | undefined;
      afterEach(() => stack?.stop());

      it("loses no span, no log line and no count", { timeout: OUTAGE_MS + 120_000 }, async () => {
        stack = await startStack(programs(), { store, durable: true, env: SOON });
        onTestFailed(() => console.error(stack?.complaints()));

        const sent = await throughAnOutage(stack);

        const missing = await arrived(
          () => missingOf(stack as Stack, sent),
          ({ spans, logs, points }) => spans.length + logs.length + points === 0,
        );
        expect(missing).toEqual({ spans: [], logs: [], points: 0, last: true });
        const [counter] = await queryPrometheus(stack.prometheus.url, "numbered_total");
        expect(counter?.value).toBe(sent.counted);
        const [resets] = await queryPrometheus(stack.prometheus.url, "resets(numbered_total[30m])");
        expect(resets?.value).toBe(0);
        expect(sent.spans).toBeGreaterThan((OUTAGE_MS / 1000) * 50);
        console.info(`${JSON.stringify(sent)}, outage ${OUTAGE_MS / 1000} s: nothing lost`);
      });

      it(
        "loses some of each without the persistent queue, so the test above can see a loss",
        { timeout: OUTAGE_MS + 120_000, tags: ["long"] },
        async () => {
          stack = await startStack(programs(), {
            durable: true,
            env: SOON,
            store,
            overrides: inMemory(store),
          });

          const sent = await throughAnOutage(stack);

          // The last data was sent when all were up again; by then the rest has arrived, or never will.
          const missing = await arrived(
            () => missingOf(stack as Stack, sent),
            ({ last }) => last,
          );
          expect(missing.spans.length).toBeGreaterThan(0);
          expect(missing.logs.length).toBeGreaterThan(0);
          expect(missing.points).toBeGreaterThan(0);
        },
      );
    },
  );

describe("the same outage, seen from an MCP client and its server", NEEDS_SERVERS, () => {
  let stack: Stack | undefined;
  afterEach(() => stack?.stop());

  it(
    "loses no call, neither as span nor as line nor as count",
    { timeout: OUTAGE_MS + 120_000, tags: ["long"] },
    async () => {
      stack = await startStack(programs(), { durable: true, env: SOON });
      onTestFailed(() => console.error(stack?.complaints()));
      const calls = { rate: 20, seconds: Math.ceil((OUTAGE_MS + 2 * QUIET_MS) / 1000) };
      const talk = startTalk(stack.collector.http, calls);

      await outage(stack);
      const { traces } = await talk.done();

      const found = await arrived(
        () => foundOf(stack as Stack, traces),
        ({ spans, lines, counted }) => spans >= talk.spans && lines >= talk.lines && counted >= talk.calls,
      );
      expect(found).toMatchObject({ spans: talk.spans, counted: talk.calls });
      expect(found.lines).toBeGreaterThanOrEqual(talk.lines); // at least once
      expect(talk.output()).not.toMatch(/mcp-otelkit: lost/);
    },
  );
});

type Sent = Awaited<ReturnType<ReturnType<typeof startNumbered>["stop"]>>;

async function throughAnOutage(stack: Stack): Promise<Sent> {
  const source = startNumbered(stack.collector.http, "numbered");
  await outage(stack);
  return source.stop();
}

async function outage({ collector, jaeger, prometheus, logs }: Stack): Promise<void> {
  const ends = [jaeger, prometheus, logs];
  await pause(QUIET_MS);
  // VictoriaLogs acknowledges data that it keeps in memory for some seconds: when killed it loses those, and no
  // pipeline can prevent that.
  const signalFor = (end: BackEnd) => (end === logs && logs.store === "victorialogs" ? "SIGTERM" : "SIGKILL");
  await Promise.all(ends.map((end) => end.stop(signalFor(end))));
  await pause(OUTAGE_MS / 2);
  await collector.stop("SIGKILL");
  await collector.start();
  await pause(OUTAGE_MS / 2);
  await Promise.all(ends.map((end) => end.start()));
  await pause(QUIET_MS);
}

async function missingOf({ jaeger, prometheus, logs }: Stack, sent: Sent) {
  const traces = await Promise.all(
    tracesOf("numbered", sent.spans).map((id) => traceInJaeger(jaeger.url, id)),
  );
  const spans = new Set(traces.flat().map(({ name }) => name));
  // By the last digit, since no more than 5000 lines come at once.
  const shards = await Promise.all(
    Array.from({ length: 10 }, (_, digit) => linesIn(logs, { service: "numbered", matches: `${digit}$` })),
  );
  const lines = new Set(shards.flat().map(({ text }) => text));
  const samples = await samplesInPrometheus(prometheus.url, "numbered_total");
  const numbers = (count: number, has: (n: number) => boolean): number[] =>
    Array.from({ length: count }, (_, n) => n).filter((n) => !has(n));
  return {
    spans: numbers(sent.spans, (n) => spans.has(`span ${n}`)),
    logs: numbers(sent.logs, (n) => lines.has(`line ${n}`)),
    // Its start is a sample too, of zero, and was not sent as one.
    points: sent.points - samples.filter((value) => value > 0).length,
    last: spans.has(`span ${sent.spans - 1}`) && lines.has(`line ${sent.logs - 1}`),
  };
}
