import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Asker } from "../support/sdks.ts";
import { until, type Telemetry } from "../support/with-telemetry.ts";

/** The parts of a conversation that not every SDK and transport supports. */
export interface Abilities {
  /** At 2026-07-28: no `ping`, no requests from the server; rounds and subscriptions instead. */
  readonly modern?: boolean;
}

interface Step {
  readonly title: string;
  readonly needs?: (asker: Asker, abilities: Abilities) => boolean;
  readonly run: (asker: Asker, scene: Scene) => Promise<unknown>;
}

export interface Scene {
  readonly telemetry: Telemetry;
  /** Waits until the server has logged this. */
  readonly logged: (line: string) => Promise<void>;
}

const asksBack = (_asker: Asker, { modern }: Abilities): boolean => modern !== true;

/** One after the other; each is a separate trace under a span of the application. */
const STEPS: readonly Step[] = [
  { title: "list tools", run: (asker) => asker.listTools() },
  { title: "list prompts", run: (asker) => asker.listPrompts() },
  { title: "a tool", run: (asker) => asker.callTool("add", { a: 2, b: 3 }) },
  { title: "a tool that throws", run: (asker) => asker.callTool("boom", {}) },
  { title: "an unknown tool", run: (asker) => asker.callTool("nope", {}) },
  { title: "bad arguments", run: (asker) => asker.callTool("add", { a: "two" }) },
  { title: "a resource of a template", run: (asker) => asker.readResource("note:///1") },
  { title: "a missing resource", run: (asker) => asker.readResource("missing:///1") },
  { title: "a prompt", run: (asker) => asker.getPrompt("greet", { who: "world" }) },
  { title: "an unknown prompt", run: (asker) => asker.getPrompt("nope", {}) },
  { title: "an unknown method", run: (asker) => asker.unknownMethod() },
  { title: "ping", needs: asksBack, run: (asker) => asker.ping() },
  { title: "sampling", needs: asksBack, run: (asker) => asker.callTool("sample", {}) },
  { title: "roots", needs: asksBack, run: (asker) => asker.callTool("roots", {}) },
  {
    title: "elicitation",
    needs: (asker, abilities) => asker.canElicit && asksBack(asker, abilities),
    run: (asker) => asker.callTool("elicit", {}),
  },
  { title: "input required", needs: (asker) => asker.canAskInRounds, run: (asker) => asker.callTool("ask", {}) },
  { title: "progress", run: (asker) => asker.callTool("progress", { steps: 2 }, { onprogress: () => undefined }) },
  { title: "a log message", run: (asker) => asker.callTool("log", {}) },
  {
    title: "a subscription",
    needs: (_asker, { modern }) => modern === true,
    async run(asker) {
      const subscription = await asker.listen();
      await subscription.close();
      await subscription.closed;
    },
  },
  {
    title: "cancelled by the caller",
    async run(asker, { logged }) {
      const caller = new AbortController();
      const call = asker.callTool("slow", {}, { signal: caller.signal });
      await Promise.race([call, logged("slow started")]);
      caller.abort("changed my mind");
      return call;
    },
  },
  { title: "timed out", run: (asker) => asker.callTool("stuck", {}, { timeout: 50 }) },
  {
    title: "closed with a request open",
    async run(asker, { telemetry }) {
      const stuck = () => telemetry.spans().filter(({ name, kind }) => name === "tools/call stuck" && kind === "SERVER");
      const before = stuck().length;
      const call = asker.callTool("stuck", {});
      call.catch(() => undefined); // seen below, after the close
      await until(() => stuck().length > before, () => "the request never arrived");
      await asker.close();
      return call;
    },
  },
];

/** The whole conversation of a connected pair, each step in a span with what the caller did and saw. */
export async function converse(asker: Asker, scene: Scene, transport: unknown, abilities: Abilities = {}): Promise<void> {
  await inSpan("connect", () => asker.connect(transport));
  for (const { title, needs, run } of STEPS) {
    if (needs?.(asker, abilities) === false) continue;
    await inSpan(title, () => run(asker, scene));
  }

  async function inSpan(title: string, run: () => Promise<unknown>): Promise<void> {
    await scene.telemetry.tracer.startActiveSpan(title, async (span) => {
      try {
        await run();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : String(error) });
      } finally {
        span.end();
      }
    });
  }
}

/** The lines a server logs, and a promise for each. */
export function createLog(): { readonly onLog: (line: unknown) => void; readonly logged: (line: string) => Promise<void> } {
  const seen = new Set<unknown>();
  return {
    onLog: (line) => void seen.add(line),
    logged: (line) => until(() => seen.has(line), () => `the server never logged "${line}"`),
  };
}

/**
 * HTTP without a network: `handle` is the server, `fetch` what a client transport is given. The two share no context but
 * what the request carries, and the server has a span of its HTTP instrumentation's around it.
 */
export function wire({ tracer }: Telemetry, handle: (request: Request) => Promise<Response>): typeof fetch {
  const serve = async (request: Request): Promise<Response> =>
    tracer.startActiveSpan(request.method, { kind: SpanKind.SERVER }, async (span: Span) => {
      const response = await handle(request);
      span.setAttribute("http.response.status_code", response.status);
      span.end();
      return response;
    });
  return (url, init) => context.with(ROOT_CONTEXT, () => serve(new Request(url, init)));
}
