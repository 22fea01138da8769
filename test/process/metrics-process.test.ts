// What a process reports about itself, compared with the system's values.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { eventually } from "../support/page.ts";
import { endsWithTest, GUIDE_PROGRAMS, serveProgram } from "./served.ts";

const onLinux = process.platform === "linux";

it.skipIf(!onLinux)(
  "CPU, memory, open files and uptime are what /proc says before and after the scrape",
  async () => {
    const server = endsWithTest(await serveProgram(["stdio-server.mjs"]));
    const pid = server.child.pid ?? 0;
    await server.page(); // its connection is open from now on, and one of the files

    const before = readProc(pid);
    const page = await server.page();
    const after = readProc(pid);

    /** Seconds that the two sources may be apart: the system counts in ticks of 10 ms, and scales them. */
    const ticks = 0.05;
    const memory = 2 * 1024 * 1024;
    const within = (
      name: string,
      labels: Record<string, string>,
      key: keyof typeof before,
      tolerance: number,
    ): void => {
      const value = page.value(name, labels);
      expect(value, name).toBeGreaterThanOrEqual(Math.min(before[key], after[key]) - tolerance);
      expect(value, name).toBeLessThanOrEqual(Math.max(before[key], after[key]) + tolerance);
    };
    within("process_cpu_seconds_total", {}, "cpu", ticks);
    within("process_cpu_time_seconds_total", { cpu_mode: "user" }, "user", ticks);
    within("process_cpu_time_seconds_total", { cpu_mode: "system" }, "system", ticks);
    within("process_resident_memory_bytes", {}, "resident", memory);
    within("process_memory_usage_bytes", {}, "resident", memory);
    within("process_open_fds", {}, "files", 0);
    within("process_unix_file_descriptor_count", {}, "files", 0);
    within("process_uptime_seconds", {}, "uptime", 0.5);
  },
);

it("Node's runtime metrics: event loop, heap and garbage collection, each by kind", async () => {
  const server = endsWithTest(await serveProgram(["stdio-server.mjs"]));

  const page = await eventually(server.page, (now) =>
    ["v8js_gc_duration_seconds", "nodejs_eventloop_delay_p99_seconds"].every((name) => now.family(name)),
  );

  expect(page.value("nodejs_eventloop_utilization_ratio")).toBeLessThanOrEqual(1);
  expect(page.value("nodejs_eventloop_time_seconds_total")).toBeGreaterThan(0);
  expect(page.value("nodejs_eventloop_delay_p99_seconds")).toBeGreaterThan(0);
  expect(page.value("v8js_memory_heap_used_bytes")).toBeGreaterThan(1e6);
  expect(
    page.samples("v8js_gc_duration_seconds_count").map(({ labels }) => labels["v8js_gc_type"]),
  ).not.toContain(undefined);
});

const canHideProc = onLinux && spawnSync(`${GUIDE_PROGRAMS}without-proc.sh`, ["--version"]).status === 0;
if (!canHideProc) process.stderr.write("no mount namespaces here: the test without /proc is SKIPPED\n");
it.skipIf(!canHideProc)(
  "without /proc, its values are absent and not zero, and the process is healthy",
  async () => {
    const server = endsWithTest(
      await serveProgram(["stdio-server.mjs"], { node: `${GUIDE_PROGRAMS}without-proc.sh` }),
    );

    const [page, health, text] = await Promise.all([
      server.page(),
      server.get("/health"),
      server.get("/metrics"),
    ]);

    const names = page.families.map(({ name }) => name).filter((name) => name.startsWith("process_"));
    expect(names).toEqual([
      "process_cpu_seconds_total",
      "process_cpu_time_seconds_total",
      "process_uptime_seconds",
    ]);
    expect(text.body).not.toContain("# not shown");
    expect(health.status).toBe(200);
    expect(JSON.parse(health.body)).not.toHaveProperty("memoryMB");
  },
);

function readProc(pid: number): Record<"cpu" | "user" | "system" | "resident" | "files" | "uptime", number> {
  const read = (file: string): string => readFileSync(`/proc/${file}`, "utf8");
  // The second field is the program's name in brackets and may hold anything; the third is the first one behind it.
  const stat = read(`${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  const [user = 0, system = 0, started = 0] = [stat[11], stat[12], stat[19]].map(
    (value) => Number(value) / TICKS_PER_SECOND,
  );
  return {
    cpu: user + system,
    user,
    system,
    resident: Number(read(`${pid}/statm`).split(" ")[1]) * PAGE_SIZE,
    files: readdirSync(`/proc/${pid}/fd`).length,
    uptime: Number(read("uptime").split(" ")[0]) - started,
  };
}

const [TICKS_PER_SECOND = 100, PAGE_SIZE = 4096] = onLinux
  ? ["CLK_TCK", "PAGESIZE"].map((name) => Number(execFileSync("getconf", [name], { encoding: "utf8" })))
  : [];
