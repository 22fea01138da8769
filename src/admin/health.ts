/** What the process knows of itself at the moment it is asked. */
export interface HealthFacts {
  /** The application's own version, as its server gives it to its clients. */
  readonly version?: string | undefined;
  readonly uptimeSeconds: number;
  readonly activeSessions?: number | undefined;
  readonly residentBytes?: number | undefined;
}

/**
 * The answer to a liveness probe. Its being given at all is what the probe is after; the rest is for people.
 * The monitoring guides for MCP servers have two spellings of it, Python's and TypeScript's, and dashboards read either:
 * where they differ, both are here. What is not known is left out rather than told as 0.
 */
export interface Health {
  readonly status: "healthy";
  /** To a tenth. */
  readonly uptime_seconds: number;
  /** Whole. */
  readonly uptimeSeconds: number;
  readonly version?: string;
  readonly activeSessions?: number;
  /** Resident memory in units of 1024 * 1024 bytes. */
  readonly memoryMB?: number;
}

export function describeHealth({
  version,
  uptimeSeconds,
  activeSessions,
  residentBytes,
}: HealthFacts): Health {
  return {
    status: "healthy",
    ...describeUptime(uptimeSeconds),
    ...(version === undefined ? {} : { version }),
    ...(activeSessions === undefined ? {} : { activeSessions }),
    ...(residentBytes === undefined ? {} : { memoryMB: Math.round(residentBytes / 1024 / 1024) }),
  };
}

/** Both spellings of the time since the start. */
export function describeUptime(seconds: number): { uptime_seconds: number; uptimeSeconds: number } {
  return { uptime_seconds: Math.round(seconds * 10) / 10, uptimeSeconds: Math.round(seconds) };
}
