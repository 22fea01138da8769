import type { McpConfig } from "../config.ts";
import type { CapturePolicy } from "../operation/capture.ts";
import { currentRedactor } from "../operation/redactor.ts";

/** What the configuration says of content. */
export function capturePolicy(config: McpConfig): CapturePolicy {
  const redact = config.redact ?? currentRedactor();
  return {
    kinds: config.capture,
    allowTools: config.captureTools,
    denyTools: config.captureToolsDeny,
    limit: config.captureLimit,
    ...(redact !== undefined && { redact }),
  };
}
