/** What the process knows about itself when a probe asks. */
export interface HealthFacts {
  /** The application's version, as its server sends it to clients. */
  readonly version?: string | undefined;
  readonly uptimeSeconds: number;
  readonly activeSessions?: number | undefined;
  readonly residentBytes?: number | undefined;
}

/**
 * The answer to a liveness probe. The probe needs only the answer itself; the fields are for people. The monitoring
 * guides for MCP servers spell them in two ways, Python's and TypeScript's, and dashboards read either: where they
 * differ, both are here. An unknown value is left out, not reported as 0.
 */
export interface Health {
  readonly status: "healthy";
  /** Rounded to a tenth. */
  readonly uptime_seconds: number;
  /** Rounded to a whole number. */
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

/** The time since the start, in both spellings. */
export function describeUptime(seconds: number): { uptime_seconds: number; uptimeSeconds: number } {
  return { uptime_seconds: Math.round(seconds * 10) / 10, uptimeSeconds: Math.round(seconds) };
}
