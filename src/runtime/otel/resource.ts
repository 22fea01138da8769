import { diag } from "@opentelemetry/api";
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  resourceFromAttributes,
  type Resource,
  type ResourceDetector,
} from "@opentelemetry/resources";
import { listOf } from "../../settings/values.ts";
import { harmlessCommandLine } from "./command-line.ts";

/** The values of `OTEL_NODE_RESOURCE_DETECTORS`. */
const DETECTORS: Readonly<Record<string, ResourceDetector>> = {
  env: envDetector,
  host: hostDetector,
  os: osDetector,
  process: detectHarmlessCommandLine(processDetector),
  serviceinstance: { detect: () => ({}) }, // the identity contains it in any case
};
const BY_DEFAULT = ["env", "process", "host"];

/** @param identity attributes of this thread, which override the environment's */
export function describeResource(
  env: NodeJS.ProcessEnv,
  identity: Readonly<Record<string, string | number>> | undefined,
): Resource {
  const resource = defaultResource().merge(detectResources({ detectors: detectorsOf(env) }));
  return identity === undefined ? resource : resource.merge(resourceFromAttributes(identity));
}

function detectorsOf(env: NodeJS.ProcessEnv): ResourceDetector[] {
  const names = listOf(env, "OTEL_NODE_RESOURCE_DETECTORS");
  if (names.includes("none")) return [];
  const wanted = names.length === 0 ? BY_DEFAULT : names.includes("all") ? Object.keys(DETECTORS) : names;
  return wanted.flatMap((name) => {
    const detector = Object.hasOwn(DETECTORS, name) ? DETECTORS[name] : undefined;
    if (detector === undefined)
      diag.warn(
        `OTEL_NODE_RESOURCE_DETECTORS names "${name}", which is none of ${Object.keys(DETECTORS).join(", ")}`,
      );
    return detector ?? [];
  });
}

/** Makes OpenTelemetry's process detector leave out the values of the command line. In place. */
export function detectHarmlessCommandLine(detector: ResourceDetector): ResourceDetector {
  const detect = detector.detect.bind(detector);
  detector.detect = (config) => {
    const { attributes = {}, ...more } = detect(config);
    return { ...more, attributes: harmlessCommandLine(attributes) };
  };
  return detector;
}
