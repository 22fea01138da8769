import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

// The demo checks itself, see examples/demo/expected.ts, and takes longer.
test.each(["v1-server", "v2-server", "own-sdk", "business-metrics"])(
  "examples/%s prints what its README says",
  (example) => {
    const readme = readFileSync(`${root}/examples/${example}/README.md`, "utf8");
    const [, command = ""] = /```sh\n(.*?)\n```/s.exec(readme) ?? [];
    const [, promised = ""] = /```text\n(.*?)```/s.exec(readme) ?? [];
    // The README's reader has no OTEL_* set, nor the variables of this test run.
    const { PATH, HOME } = process.env;

    const { stdout, stderr } = spawnSync("sh", ["-c", command], {
      cwd: root,
      encoding: "utf8",
      env: { PATH, HOME },
    });

    expect(stderr).toBe("");
    expect(stable(stdout)).toEqual(stable(promised));
  },
);

/** Without values that differ from run to run, and without the order of lines: parallel calls may end in any order. */
function stable(output: string): unknown[] {
  const masked = output
    .replaceAll(/"(traceId|spanId)":"(?!1{32})[0-9a-f]+"/g, '"$1":"~"')
    .replaceAll(/\b(trace|span|parent) [0-9a-f]{6}\b/g, "$1 ~")
    .replaceAll(/localhost:94\d\d/g, "localhost:9464") // another server may have that port
    .replaceAll(/"(trace_id|span_id)":"(?!1{32})[0-9a-f]+"/g, '"$1":"~"')
    .replaceAll(/"(startTime|timestamp)":"[^"]+"/g, '"$1":"~"')
    .replaceAll(/"(durationMs|duration_ms)":[\d.]+/g, '"$1":0')
    .replaceAll(/(data_age_seconds\S*) [\d.]+/g, "$1 0");
  const lines = masked.trim().split("\n").toSorted();
  return lines.map((line): unknown => (line.startsWith("{") ? JSON.parse(line) : line));
}
