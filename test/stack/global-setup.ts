import type { TestProject } from "vitest/node";
import { buildAll, describeBuilds, programsOf, whyNotBuildable } from "./binaries.ts";
import type { Programs } from "./back-ends.ts";
import { kafkaJars, type KafkaJars } from "./kafka.ts";
import { findLoki, NO_LOKI } from "./loki-here.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The programs, or why there are none. */
    programs: Programs | string;
    /** The jars of the broker, or why there are none. */
    kafka: KafkaJars | string;
  }
}

/** Builds what is missing, before the first test and outside its time limit. */
export async function setup(project: TestProject): Promise<void> {
  const missing = whyNotBuildable();
  if (missing !== undefined) {
    tell(`SKIPPED, every test of the stack: ${missing}`);
    // Where the programs have to be there, as on a CI that promised them, being skipped is a failure.
    if (process.env["STACK_REQUIRED"]) throw new Error(missing);
    project.provide("programs", missing);
    project.provide("kafka", missing);
    return;
  }
  const built = await buildAll(tell);
  tell(describeBuilds(built));
  const loki = findLoki();
  tell(
    loki === undefined ? `SKIPPED, the tests that need Loki: ${NO_LOKI}` : `Loki: ${JSON.stringify(loki)}`,
  );
  const kafka = kafkaJars(tell);
  if (typeof kafka === "string") tell(`SKIPPED, the tests that need Kafka: ${kafka}`);
  project.provide("kafka", kafka);
  project.provide("programs", { ...programsOf(built), ...(loki && { loki }) });
}

function tell(text: string): void {
  process.stderr.write(`${text.replaceAll(/^/gm, "stack: ")}\n`);
}
