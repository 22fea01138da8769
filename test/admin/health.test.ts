import { expect, test } from "vitest";
import { describeHealth } from "../../src/admin/health.ts";

test("has the fields of both guides, under both spellings", () => {
  const health = describeHealth({
    version: "1.2.0",
    uptimeSeconds: 61.26,
    activeSessions: 3,
    residentBytes: 87.4 * 1024 * 1024,
  });

  expect(health).toEqual({
    status: "healthy",
    uptime_seconds: 61.3,
    uptimeSeconds: 61,
    version: "1.2.0",
    activeSessions: 3,
    memoryMB: 87,
  });
});

test("leaves out what is not known, and keeps what is nothing", () => {
  const health = describeHealth({ uptimeSeconds: 0, activeSessions: 0 });

  expect(health).toEqual({ status: "healthy", uptime_seconds: 0, uptimeSeconds: 0, activeSessions: 0 });
});
