import { isMainThread, threadId } from "node:worker_threads";

/**
 * Attributes that separate this thread's telemetry from that of other threads and of other replicas of the service.
 * Each thread has its own counts, and two series of the same name and resource would be added up as one.
 */
export function identityOfThread(env: NodeJS.ProcessEnv): Record<string, string | number> | undefined {
  const given = /(?:^|,)\s*service\.instance\.id\s*=\s*([^,]+)/.exec(
    env["OTEL_RESOURCE_ATTRIBUTES"] ?? "",
  )?.[1];
  if (isMainThread) return given === undefined ? { "service.instance.id": randomUuid() } : undefined;
  return { "service.instance.id": `${given?.trim() ?? randomUuid()}/${threadId}`, "thread.id": threadId };
}

/**
 * A UUID of version 4, random enough to identify processes; OpenTelemetry makes its trace ids in the same way.
 * `node:crypto` would be loaded only for this, and takes longer to load than the whole preload.
 */
function randomUuid(): string {
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replaceAll(/[xy]/g, (letter) => {
    const digit = Math.floor(Math.random() * 16);
    return (letter === "y" ? (digit & 3) | 8 : digit).toString(16);
  });
}
