import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { arrived, queryPrometheus, servicesInJaeger } from "./ask.ts";
import { removeLeftovers } from "./binaries.ts";
import { program, type Told } from "./cast.ts";
import { getText } from "./get.ts";
import { NEEDS_SERVERS } from "./given.ts";
import { linesIn } from "./log-stores.ts";
import { HELP, readOptions } from "./options.ts";
import { choosePorts, freePorts } from "../support/ports.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COMMAND = fileURLToPath(new URL("run.ts", import.meta.url));
const READY = /Ctrl-C ends everything/;

describe("npm run stack", { ...NEEDS_SERVERS, timeout: 120_000 }, () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
  });
  const cache = process.env["XDG_CACHE_HOME"];
  const env = { HOME: process.env["HOME"] ?? "", ...(cache && { XDG_CACHE_HOME: cache }) };
  const start = (...words: string[]): Told => {
    const started = program(["--import", "tsx", COMMAND, "--native", ...words], env);
    onTestFinished(() => started.stop()); // also where the test gives up
    return started;
  };

  it("shows an example in every back end it names, on a page too, and ends as a whole", async () => {
    const stack = start("overlays/content-allowed.yaml");
    await stack.says(READY);
    const at = (what: string) => new RegExp(`${what} +(http://[^/\\s]+)`).exec(stack.output())?.[1] ?? "";

    const [jaeger, prometheus, logs, page] = [at("traces"), at("metrics"), at("logs"), at("Look at")];
    await arrived(
      () => servicesInJaeger(jaeger),
      (services) => services.includes("weather") && services.includes("traffic"),
    );
    await arrived(
      () => queryPrometheus(prometheus, 'mcp_tool_calls_total{job="weather"}'),
      (series) => series.length > 0,
    );
    await arrived(
      () => linesIn({ store: "victorialogs", url: logs }, { service: "weather" }),
      (lines) => lines.length > 0,
    );
    const up = await arrived(
      () => queryPrometheus(prometheus, "up"),
      (series) => series.length === 4 && series.every(({ value }) => value === 1),
    );
    expect(up.map(({ labels }) => String(labels["job"])).toSorted()).toEqual([
      "jaeger",
      "otelcol",
      "prometheus",
      "victoria-logs",
    ]);
    const shown = await getText(new URL(page));
    expect(shown).toContain(`${logs}/select/vmui`);
    expect(shown).toMatch(/tool_name=forecast/);
    expect(shown).toMatch(/<td>weather<td><a href="[^"]+\/api\/traces\//);
    expect(await getText(new URL("/select/vmui/", logs))).toContain("<html");
    await stack.stop("SIGINT");

    for (const url of [jaeger, prometheus, logs, page])
      await expect(fetch(url)).rejects.toThrow("fetch failed");
    expect(stack.output()).toMatch(/Ended, all of it\. The example's server had counted [1-9]\d* tool calls/);
  });

  it.each([
    ["while it starts", /Native programs/, 4],
    ["when all is there", READY, 8],
  ])("ends when npm is ended %s, with everything it started", async (_when, says, programs) => {
    const npm = spawn("npm", ["run", "stack", "--", "--native"], {
      cwd: ROOT,
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void npm.kill()); // also where the test gives up before it ends npm
    let said = "";
    npm.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    const started = await arrived(
      () => Promise.resolve(says.test(said) ? descendants(npm.pid ?? 0) : []),
      ({ length }) => length >= programs,
      90_000,
    );

    npm.kill("SIGTERM");
    await once(npm, "exit");

    const left = await arrived(
      () => Promise.resolve(started.filter(isRunning)),
      ({ length }) => length === 0,
    );
    expect(left).toEqual([]);
  });

  it("keeps its data where it is told to, and shows it again", { tags: ["long"] }, async () => {
    const data = folder();
    const { prometheus } = await freePorts("prometheus");
    const url = `http://127.0.0.1:${prometheus}`;
    const first = start("--data", data, "--prometheus", String(prometheus));
    await first.says(READY);
    await arrived(
      () => queryPrometheus(url, 'mcp_tool_calls_total{job="weather"}'),
      (series) => series.length > 0,
    );
    await first.stop("SIGINT");
    const before = Math.floor(Date.now() / 1000);

    const second = start("--data", data, "--prometheus", String(prometheus));
    await second.says(READY);
    const seen = await queryPrometheus(url, `count(mcp_tool_calls_total{job="weather"} @ ${before})`);
    await second.stop("SIGINT");

    expect(seen).not.toEqual([]);
    expect(readdirSync(data).toSorted()).toEqual(["jaeger", "prometheus", "queue", "victorialogs"]);
  });

  it("prints which configured port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;

    const stack = start("--http", String(port));
    await stack.ended;
    taken.close();

    expect(stack.output()).toContain(`port ${port} is taken, and --http asked for it`);
  });

  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), "mcp-otelkit-run-"));
    folders.push(made);
    return made;
  }
});

describe("what the stack can be asked for", () => {
  it("is containers only as long as nothing needs native programs", () => {
    expect(readOptions([])).toMatchObject({ native: false, store: "victorialogs", overlays: [] });
    expect(readOptions(["--http", "14318"])).toMatchObject({ native: false, ports: { http: 14318 } });
    expect(readOptions(["--data", "/d"])).toMatchObject({ native: true, data: "/d" });
    expect(readOptions(["overlays/scrape.yaml"])).toMatchObject({ native: true });
  });

  it("is explained, and said no to", () => {
    expect(readOptions(["--help"])).toBe(HELP);
    expect(readOptions(["--http", "80000"])).toMatch(/^--http 80000 is no port/);
    expect(readOptions(["--store", "paper"])).toMatch(/^--store knows no paper/);
    expect(readOptions(["--colour"])).toMatch(/--colour/);
  });

  it("is the usual port when it is free, and another one when not", async () => {
    const { usual } = await freePorts("usual");
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;

    const chosen = await choosePorts({ free: { usual }, other: { usual: port } });
    taken.close();

    expect(chosen.free).toBe(usual);
    expect(chosen.other).not.toBe(port);
  });
});

it("a build that was killed leaves nothing: the next one takes it away", () => {
  const cache = mkdtempSync(join(tmpdir(), "mcp-otelkit-cache-"));
  const broken = join(cache, "otelcol-0123.4194305"); // above every process number of Linux
  const going = join(cache, `otelcol-0123.${process.pid}`);
  for (const path of [broken, going]) mkdirSync(path);

  removeLeftovers(join(cache, "otelcol-0123"));

  expect([existsSync(broken), existsSync(going)]).toEqual([false, true]);
  rmSync(cache, { recursive: true });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(execFileSync("cat", [`/proc/${pid}/status`], { encoding: "utf8" }));
  } catch {
    return false;
  }
}

/** https://man7.org/linux/man-pages/man1/ps.1.html */
function descendants(of: number): number[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (pid: number): number[] =>
    rows.flatMap(([child = 0, parent]) => (parent === pid ? [child, ...below(child)] : []));
  return below(of);
}
