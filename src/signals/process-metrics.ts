import { readdirSync } from "node:fs";
import type { ObservableCallback } from "@opentelemetry/api";
import type { InstrumentName } from "./instruments.ts";

/** What the process knows of itself, asked when metrics are collected. */
export const PROCESS_OBSERVERS = {
  processCpu: (result) => {
    const { user, system } = process.cpuUsage();
    result.observe((user + system) / 1e6);
  },
  processCpuTime: (result) => {
    const { user, system } = process.cpuUsage();
    result.observe(user / 1e6, { "cpu.mode": "user" });
    result.observe(system / 1e6, { "cpu.mode": "system" });
  },
  processResidentMemory: (result) => result.observe(process.memoryUsage.rss()),
  processMemoryUsage: (result) => result.observe(process.memoryUsage.rss()),
  processOpenFds: observeOpenFiles,
  processFileDescriptorCount: observeOpenFiles,
  processUptime: (result) => result.observe(process.uptime()),
} as const satisfies Partial<Record<InstrumentName, ObservableCallback>>;

/** Absent, not zero, on systems without `/proc`. */
function observeOpenFiles(result: Parameters<ObservableCallback>[0]): void {
  const count = countOpenFiles();
  if (count !== undefined) result.observe(count);
}

function countOpenFiles(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length - 1; // one of them is the folder being read
  } catch {
    return undefined; // no /proc here
  }
}
