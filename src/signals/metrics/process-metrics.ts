import { readdirSync } from "node:fs";
import type { ObservableCallback } from "@opentelemetry/api";
import type { InstrumentName } from "./instruments.ts";

/** Measurements of the process, made when metrics are collected. */
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
  processResidentMemory: observing(residentBytes),
  processMemoryUsage: observing(residentBytes),
  processOpenFds: observing(countOpenFiles),
  processFileDescriptorCount: observing(countOpenFiles),
  processUptime: (result) => result.observe(process.uptime()),
} as const satisfies Partial<Record<InstrumentName, ObservableCallback>>;

/** Absent, not zero, where the system does not report the value. */
function observing(ask: () => number | undefined): ObservableCallback {
  return (result) => {
    const value = ask();
    if (value !== undefined) result.observe(value);
  };
}

/** Resident memory; `undefined` on a Linux without `/proc`, where Node itself cannot read it. */
export function residentBytes(): number | undefined {
  try {
    return process.memoryUsage.rss();
  } catch {
    return undefined; // a liveness probe must not fail because of this
  }
}

function countOpenFiles(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length - 1; // one of them is the folder being read
  } catch {
    return undefined; // no /proc
  }
}
