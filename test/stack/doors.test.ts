// Who gets in: the overlays for TLS with client certificates, and for bearer tokens.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pageOf } from "../support/page.ts";
import { arrived, servicesInJaeger, traceInJaeger } from "./ask.ts";
import { fresh } from "./back-ends.ts";
import { startCast, type Cast } from "./cast.ts";
import { HAS_OPENSSL, makeCertificates } from "./certificates.ts";
import type { Collector } from "./collector.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";

// Twenty processes start and end in one of them.
describe("who gets in", { ...NEEDS_SERVERS, timeout: 300_000 }, () => {
  const stack = givenStack();

  it.skipIf(!HAS_OPENSSL)("with TLS: who shows a certificate, over http and gRPC", async () => {
    const { ca, server, client } = makeCertificates(fresh(stack().folder, "certificates"));
    const door = await stack().another({
      name: "tls",
      configs: ["gateway.yaml", "overlays/tls-mtls.yaml"],
      env: {
        MCP_TLS_CERT_FILE: server.certificate,
        MCP_TLS_KEY_FILE: server.key,
        MCP_TLS_CLIENT_CA_FILE: ca,
      },
    });
    await door.start();
    const trusting = { OTEL_EXPORTER_OTLP_CERTIFICATE: ca };
    const showing = {
      ...trusting,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: client.certificate,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: client.key,
    };

    expect(await turnedAway(door, await castAt(door, "https", trusting))).toMatch(/certificate|handshake/i);
    expect(await letIn(await castAt(door, "https", showing))).toBe(5);
    const overGrpc = { ...showing, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
    expect(await letIn(await castAt(door, "https", overGrpc))).toBe(5);
  });

  it("with a token: who shows it, over http and gRPC", { tags: ["long"] }, async () => {
    const tokens = join(stack().folder, "tokens");
    writeFileSync(tokens, "the-old-token\nthe-new-token\n", { mode: 0o400 });
    const door = await stack().another({
      name: "bearer",
      configs: ["gateway.yaml", "overlays/bearer.yaml"],
      env: { MCP_TOKEN_FILE: tokens },
    });
    await door.start();
    const showing = (token: string) => ({ OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${token}` });

    expect(await turnedAway(door, await castAt(door, "http"))).toMatch(/401|unauth/i);
    expect(await turnedAway(door, await castAt(door, "http", showing("wrong")))).toMatch(/401|unauth/i);
    expect(await letIn(await castAt(door, "http", showing("the-new-token")))).toBe(5);
    const overGrpc = { ...showing("the-old-token"), OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
    expect(await letIn(await castAt(door, "http", overGrpc))).toBe(5);
  });

  function castAt(door: Collector, scheme: string, env: Record<string, string> = {}): Promise<Cast> {
    const { port } = new URL(env["OTEL_EXPORTER_OTLP_PROTOCOL"] === "grpc" ? door.grpc : door.http);
    return startCast(`${scheme}://localhost:${port}`, env);
  }

  /** The number of services in a trace in Jaeger. */
  async function letIn(cast: Cast): Promise<number> {
    const id = await cast.plan("Graz");
    const services = await arrived(
      async () => new Set((await traceInJaeger(stack().jaeger.url, id)).map(({ service }) => service)),
      ({ size }) => size === 5,
    );
    await cast.stop();
    return services.size;
  }

  /** Checks that nothing got in, and what the processes that use MCP print on stderr about that. */
  async function turnedAway(door: Collector, cast: Cast): Promise<string> {
    const before = await servicesInJaeger(stack().jaeger.url);
    await cast.plan("Graz");
    await cast.stop(); // by now they have tried, and given up

    const page = pageOf(await (await fetch(door.telemetry)).text());
    for (const what of ["spans", "metric_points", "log_records"])
      expect(page.value(`otelcol_receiver_accepted_${what}_total`) ?? 0).toBe(0);
    expect(await servicesInJaeger(stack().jaeger.url)).toEqual(before);
    const said = cast
      .output()
      .split("\n")
      .filter((line) => line.startsWith("mcp-otelkit:"));
    return said.filter((line) => !line.includes("instrumented")).join("\n");
  }
});
