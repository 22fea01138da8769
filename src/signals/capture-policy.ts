import type { McpConfig } from "../settings/config.ts";
import type { CapturePolicy } from "../privacy/capture.ts";
import { currentRedactor } from "../privacy/custom-redactor.ts";

/** The configuration's settings for content. */
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
