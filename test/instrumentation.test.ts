import { SpanKind, trace } from "@opentelemetry/api";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BOOBY_TRAPS, HOSTILE } from "./operation/hostile.ts";

// The loader belongs to a process, and separate processes test it. Here the test passes classes.
vi.mock("../src/hook/loader/load-hook.ts", () => ({ installLoadHook: () => undefined }));

const { instrumentMcp, McpInstrumentation } = await import("../src/index.ts");

const cleanups: (() => void)[] = [];
afterEach(() => {
  cleanups.splice(0).forEach((clean) => clean());
  trace.disable();
});

/** The application's SDK, and the names of the spans it got. */
function createProvider(): { provider: TracerProvider; names: () => string[] } {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return {
    provider,
    names: () =>
      exporter
        .getFinishedSpans()
        .map(
          ({ kind, name, instrumentationScope }) => `${instrumentationScope.name} ${SpanKind[kind]} ${name}`,
        ),
  };
}

function create(config = {}): InstanceType<typeof McpInstrumentation> {
  const instrumentation = new McpInstrumentation(config);
  cleanups.push(() => instrumentation.disable());
  instrumentMcp(Client);
  return instrumentation;
}

async function ping(): Promise<void> {
  const [there, here] = InMemoryTransport.createLinkedPair();
  await new McpServer({ name: "s", version: "1" }).connect(here);
  const client = new Client({ name: "c", version: "1" });
  await client.connect(there);
  await client.ping();
  await client.close();
}

const PING = ["mcp-otelkit CLIENT ping", "mcp-otelkit SERVER ping"];
const pings = (names: string[]) => names.filter((name) => name.endsWith("ping")).toSorted();

describe("McpInstrumentation", () => {
  it("uses the provider that is registered, even when that comes later", async () => {
    create();
    const { provider, names } = createProvider();
    trace.setGlobalTracerProvider(provider);
    await ping();
    expect(pings(names())).toEqual(PING);
  });

  it("uses the provider it is given rather than the registered one", async () => {
    const [given, registered] = [createProvider(), createProvider()];
    trace.setGlobalTracerProvider(registered.provider);
    create().setTracerProvider(given.provider);
    await ping();
    expect([pings(given.names()), registered.names()]).toEqual([PING, []]);
  });

  it("does not take the API's proxy, which registerInstrumentations hands over, for a provider", async () => {
    const { provider, names } = createProvider();
    registerInstrumentations({ instrumentations: [create()] });
    trace.setGlobalTracerProvider(createProvider().provider);
    trace.disable(); // from here on the proxy points at a provider of the past
    trace.setGlobalTracerProvider(provider);
    await ping();
    expect(pings(names())).toEqual(PING);
  });

  it("is silent while it is disabled, and speaks when it is enabled again", async () => {
    const { provider, names } = createProvider();
    trace.setGlobalTracerProvider(provider);
    const instrumentation = create();
    instrumentation.disable();
    await ping();
    expect(names()).toEqual([]);
    instrumentation.enable();
    instrumentation.enable();
    await ping();
    expect(pings(names())).toEqual(PING);
  });

  it("with `enabled: false` waits for enable()", async () => {
    const { provider, names } = createProvider();
    trace.setGlobalTracerProvider(provider);
    const instrumentation = new McpInstrumentation({ enabled: false });
    cleanups.push(() => instrumentation.disable());
    await ping();
    expect(names()).toEqual([]);
    instrumentation.enable();
    instrumentMcp(Client);
    await ping();
    expect(pings(names())).toEqual(PING);
  });

  it("a second one does not double the spans, and its end does not end the first", async () => {
    const { provider, names } = createProvider();
    trace.setGlobalTracerProvider(provider);
    create();
    create().disable();
    await ping();
    expect(pings(names())).toEqual(PING);
  });

  it("takes its options from code before the environment", async () => {
    vi.stubEnv("OTEL_INSTRUMENTATION_MCP_RESOURCE_URI", "off");
    vi.stubEnv("OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE", "off");
    const exporter = new InMemorySpanExporter();
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    );
    const instrumentation = create({ resourceUri: "full" });
    const [there, here] = InMemoryTransport.createLinkedPair();
    await new McpServer({ name: "s", version: "1" }, { capabilities: { resources: {} } }).connect(here);
    const client = new Client({ name: "c", version: "1" });
    await client.connect(there);
    const read = async () => {
      exporter.reset();
      await client.readResource({ uri: "note:///1" }).catch(() => undefined);
      const span = exporter
        .getFinishedSpans()
        .find(({ kind, name }) => kind === SpanKind.CLIENT && name === "resources/read");
      return [span?.attributes["mcp.resource.uri"], span?.status.message];
    };

    expect(await read()).toEqual(["note:///1", undefined]);
    instrumentation.setConfig({ errorMessage: true, resourceUri: "full" });
    expect(await read()).toEqual(["note:///1", expect.stringContaining("not found")]);
    // The environment's "off" is back, and an error's message may repeat the URI.
    instrumentation.setConfig({ errorMessage: true });
    expect(await read()).toEqual([undefined, undefined]);
    await client.close();
    vi.unstubAllEnvs();
  });
});

describe("instrumentMcp", () => {
  it("is the whole set-up where nothing else observes", async () => {
    const { provider, names } = createProvider();
    trace.setGlobalTracerProvider(provider);
    expect(instrumentMcp(new McpServer({ name: "s", version: "1" }))).toContain("Protocol");
    expect(instrumentMcp(Client)).toEqual(expect.arrayContaining(["Protocol", "Client"]));
    expect(instrumentMcp(await import("@modelcontextprotocol/client"))).toEqual(
      expect.arrayContaining(["Protocol", "Client"]),
    );
    await ping();
    expect(pings(names())).toEqual(PING);
  });

  it("warns of garbage, and throws nothing", () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    cleanups.push(() => warn.mockRestore());
    const garbage = [...HOSTILE, ...BOOBY_TRAPS, Object.freeze(function () {})];

    for (const given of garbage) expect(instrumentMcp(given)).toEqual([]);

    const found = warn.mock.calls.filter(([text]) => String(text).includes("found no MCP Client or Server"));
    expect(found).toHaveLength(garbage.length);
    expect(found[0]?.[1]).toEqual({ code: "MCP_OTELKIT" });
  });
});
