import { isMainThread, threadId } from "node:worker_threads";

/**
 * What tells the telemetry of this thread from that of others, in this process and in the next replica of the same service. Each
 * counts for itself, and two series of the same name and the same resource would be added up as one.
 */
export function identityOfThread(env: NodeJS.ProcessEnv): Record<string, string | number> | undefined {
  const given = /(?:^|,)\s*service\.instance\.id\s*=\s*([^,]+)/.exec(
    env["OTEL_RESOURCE_ATTRIBUTES"] ?? "",
  )?.[1];
  if (isMainThread) return given === undefined ? { "service.instance.id": randomUuid() } : undefined;
  return { "service.instance.id": `${given?.trim() ?? randomUuid()}/${threadId}`, "thread.id": threadId };
}

/**
 * A UUID of version 4, random enough to tell processes apart; OpenTelemetry makes its trace ids in the same way. `node:crypto`
 * would be loaded for this alone, and takes longer to load than all of the preload.
 */
function randomUuid(): string {
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replaceAll(/[xy]/g, (letter) => {
    const digit = Math.floor(Math.random() * 16);
    return (letter === "y" ? (digit & 3) | 8 : digit).toString(16);
  });
}
