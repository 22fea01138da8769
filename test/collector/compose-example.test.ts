// The example's image without a container engine: each step of its Dockerfile, on the unpacked npm package and nothing else.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { npm, pack, root } from "../package/npm.ts";
import { PRELOAD, startProgram } from "../process/program.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { read } from "./files.ts";

const [first = "", second = ""] = read("compose/example/Dockerfile")
  .split(/^FROM .*$/m)
  .slice(1);

describe("the example's image", { tags: ["proof"] }, () => {
  let folder: string;
  let app: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mcp-otelkit-compose-"));
    const context = join(folder, "package");
    const { filename, files } = await pack("--dry-run");
    for (const { path } of files) cpSync(join(root, path), join(context, path));
    const built = join(folder, "built");
    app = join(folder, "app");

    copy(first, context, built);
    await npm(["pack", "--pack-destination", folder], built);
    copy(second, context, app);
    renameSync(join(folder, filename), join(app, "mcp-otelkit.tgz"));
    await npm(["install", "--omit=dev", "./mcp-otelkit.tgz", "--prefer-offline"], app);
  }, 400_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("has a server and a client that talk, and traces that go through both", async () => {
    const receiver = await startOtlpReceiver();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRICS_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "none",
    };
    const start = (program: string, more: Record<string, string>) =>
      startProgram([...PRELOAD, program], { cwd: app, env: { ...env, ...more }, hungAfterMs: 120_000 });
    const server = start("server.mjs", { OTEL_SERVICE_NAME: "weather", PORT: "0" });
    const url = await new Promise<string>((resolve) => {
      let said = "";
      server.child.stdout?.on("data", (text: string) => {
        said += text;
        const [found] = /http:\S+\/mcp/.exec(said) ?? [];
        if (found) resolve(found);
      });
    });
    const client = start("traffic.mjs", { OTEL_SERVICE_NAME: "traffic", MCP_URL: url });

    const spans = await receiver.waitFor((seen) => {
      const calls = seen.filter(({ name }) => name === "tools/call forecast");
      return new Set(calls.map(({ service }) => service)).size === 2;
    }, 100_000);
    for (const { child } of [client, server]) child.kill("SIGTERM");
    await Promise.all([client.ended, server.ended]);
    await receiver.close();

    const [one, other] = spans.filter(({ name }) => name === "tools/call forecast");
    expect(one?.traceId).toBe(other?.traceId);
  });

  it("says the words of this test in its Dockerfile", () => {
    expect(first).toContain("RUN npm pack --ignore-scripts --pack-destination /\n");
    expect(second).toContain(
      "RUN npm install --omit=dev --ignore-scripts --no-fund --no-audit ./mcp-otelkit.tgz",
    );
    expect(existsSync(join(app, "node_modules", "mcp-otelkit", "dist", "register.js"))).toBe(true);
    const { dependencies } = JSON.parse(readFileSync(join(app, "package.json"), "utf8")) as {
      dependencies: object;
    };
    expect(Object.keys(dependencies)).toContain("mcp-otelkit");
  });
});

/** What `COPY` lines take from the context; a file goes into the folder, a folder under its own name. */
function copy(stage: string, context: string, into: string): void {
  mkdirSync(into, { recursive: true });
  for (const [, list = ""] of stage.matchAll(/^COPY (?!--from)(.*) \S+$/gm))
    for (const path of list.split(" "))
      cpSync(join(context, path), join(into, basename(path)), { recursive: true });
}
