// Every combination of the shipped files that README.md allows starts, without a deprecation warning.
import { chownSync, copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BASES, togetherOn, type Base } from "../collector/files.ts";
import { freePorts } from "../support/ports.ts";
import { fresh, SHIPPED } from "./back-ends.ts";
import { HAS_OPENSSL, makeCertificates } from "./certificates.ts";
import { collector } from "./collector.ts";
import { givenStack, NEEDS_SERVERS, programs } from "./given.ts";

/** So many Collectors come up side by side. */
const AT_ONCE = 4;
/** https://wiki.debian.org/SystemGroups: `nobody` */
const NOBODY = 65_534;

describe("the files of collector/otelcol start", { ...NEEDS_SERVERS, timeout: 120_000 }, () => {
  const stack = givenStack();

  it.each(BASES)(
    "%s starts without a deprecation: alone, with each overlay, with each two, with all at once",
    { timeout: 300_000 },
    async (on) => {
      const sets = togetherOn(on).filter((names) => HAS_OPENSSL || !names.includes("tls-mtls"));
      const env = await environment(on);
      const bad: string[] = [];
      const queue = [...sets];
      const next = async (): Promise<void> => {
        for (let names = queue.shift(); names !== undefined; names = queue.shift())
          bad.push(...(await complaintsOf(on, names, env)));
      };

      await Promise.all(Array.from({ length: AT_ONCE }, next));

      expect(bad).toEqual([]);
      console.info(`${on}: ${sets.length} combinations started`);
    },
  );

  async function complaintsOf(on: Base, names: readonly string[], env: Record<string, string>) {
    const name = [on, ...names].join("-");
    const configs = [`${on}.yaml`, ...names.map((one) => `overlays/${one}.yaml`)];
    // gRPC sends a token only over TLS.
    const insecure = { MCP_GATEWAY_INSECURE: String(!names.includes("agent-bearer")) };
    const { page } = await freePorts("page");
    const one = await collector(programs(), stack().folder, {
      name,
      configs,
      env: { ...env, ...insecure, MCP_PAGE_ENDPOINT: `127.0.0.1:${page}` },
    });
    try {
      await one.start();
    } catch (error) {
      return [`${name} did not start: ${String(error).slice(-600)}`];
    }
    await one.stop();
    const deprecated = one.log().match(/.*deprecat.*/i);
    return [
      ...(deprecated === null ? [] : [`${name}: ${deprecated[0]}`]),
      ...(one.log().includes("Everything is ready") ? [] : [`${name} was never ready`]),
    ];
  }

  it("the Collector makes its directory as a user who may write nowhere else than at home", async () => {
    // All of it in its own folder: `nobody` may not read root's home.
    const home = mkdtempSync(join(tmpdir(), "mcp-otelkit-nobody-"));
    const otelcol = join(home, "otelcol");
    const config = join(home, "gateway.yaml");
    copyFileSync(programs().otelcol, otelcol);
    copyFileSync(join(SHIPPED, "otelcol/gateway.yaml"), config);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(home, NOBODY, NOBODY);
    const one = await collector({ ...programs(), otelcol }, home, {
      name: "nobody",
      configs: [config],
      // The default is what is tried.
      env: { HOME: home, MCP_STORAGE_DIR: undefined },
      ...(isRoot && { user: NOBODY }),
    });

    await one.start();
    await one.stop();

    expect(readdirSync(join(home, ".local/state/otelcol/gateway"))).not.toEqual([]);
    rmSync(home, { recursive: true });
  });

  async function environment(name: Base): Promise<Record<string, string>> {
    const folder = fresh(stack().folder, `${name}-files`);
    const tokens = join(folder, "token");
    writeFileSync(tokens, "a-token\n");
    const made = HAS_OPENSSL ? makeCertificates(folder) : undefined;
    return {
      MCP_TOKEN_FILE: tokens,
      MCP_GATEWAY_TOKEN_FILE: tokens,
      MCP_TLS_CERT_FILE: made?.server.certificate ?? "",
      MCP_TLS_KEY_FILE: made?.server.key ?? "",
      MCP_TLS_CLIENT_CA_FILE: made?.ca ?? "",
      MCP_KAFKA_BROKERS: "[127.0.0.1:1]",
      MCP_JAEGER_OTLP_URL: stack().jaeger.otlp,
      MCP_PROMETHEUS_OTLP_URL: stack().prometheus.otlp,
      MCP_VICTORIALOGS_OTLP_URL: stack().logs.otlp,
      MCP_REMOTE_WRITE_URL: `${stack().prometheus.url}/api/v1/write`,
      MCP_GATEWAYS: `[${new URL(stack().collector.grpc).host}]`,
      MCP_GATEWAY_ENDPOINT: new URL(stack().collector.grpc).host,
    };
  }
});
