// Records that no store takes as they are: cut, stored, and counted. Nothing that was answered with 200 is gone without a word.
import { describe, expect, it } from "vitest";
import { arrived, queryPrometheus } from "./ask.ts";
import { givenStack, needs, STORES } from "./given.ts";
import { linesIn } from "./log-stores.ts";
import { post } from "./numbered.ts";

const KIB = 1024;
const text = (stringValue: string) => ({ stringValue });

/** What is beside the line, and what is left of it. */
const TOO_LARGE = [
  { name: "one attribute of 70 KB", attributes: { long: "x".repeat(70_000) }, cut: "attributes" },
  {
    name: "150 attributes",
    attributes: Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`key${n}`, "value"])),
    cut: "attributes",
  },
  { name: "a name of 200 bytes", attributes: { ["n".repeat(200)]: "value" }, cut: "attributes" },
  { name: "a line of 300 KB", attributes: {}, line: `begin ${"ü".repeat(150_000)}`, cut: "body" },
] as const;

for (const store of STORES)
  describe(`log records that are too large, on their way to ${store}`, needs(store), () => {
    const stack = givenStack({ store });
    const send = (service: string, records: readonly object[]) =>
      post(`${stack().collector.http}/v1/logs`, {
        resourceLogs: [
          {
            resource: { attributes: [{ key: "service.name", value: text(service) }] },
            scopeLogs: [{ scope: { name: "too-large" }, logRecords: records }],
          },
        ],
      });
    const recordOf = (attributes: Readonly<Record<string, string>>, line: string) => ({
      timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
      severityNumber: 9,
      eventName: "mcp.test.large",
      body: text(line),
      attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: text(value) })),
    });

    it.each(TOO_LARGE)(
      "$name: stored, and says what is missing",
      async ({ name, attributes, cut, ...rest }) => {
        const service = name.replaceAll(" ", "-");
        const line = "line" in rest ? rest.line : "begin";

        const answer = await send(service, [
          recordOf(attributes, line),
          recordOf({ small: "one" }, "a neighbour"),
        ]);

        expect(answer).toBe(200);
        const lines = await arrived(
          () => linesIn(stack().logs, { service }),
          ({ length }) => length === 2,
        );
        const large = lines.find(({ text: stored }) => stored.startsWith("begin"));
        const neighbour = lines.find(({ text: stored }) => stored === "a neighbour");
        expect(large?.labels).toMatchObject({ event_name: "mcp.test.large", mcp_telemetry_cut: cut });
        expect(large?.text).not.toContain("\u{FFFD}"); // half a character
        expect(Buffer.byteLength(large?.text ?? "")).toBeLessThanOrEqual(128 * KIB);
        expect(neighbour?.labels).toMatchObject({ event_name: "mcp.test.large", small: "one" });
        expect(neighbour?.labels).not.toHaveProperty("mcp_telemetry_cut");
        const [counted] = await arrived(
          () => queryPrometheus(stack().prometheus.url, `mcp_telemetry_cut_total{service_name="${service}"}`),
          (series) => series.length > 0,
        );
        expect(counted).toMatchObject({ value: 1, labels: { mcp_telemetry_cut: cut } });
      },
    );

    it("none of them was refused by the store", async () => {
      const failed = await queryPrometheus(
        stack().prometheus.url,
        "sum(otelcol_exporter_send_failed_log_records_total)",
      );

      expect(failed[0]?.value ?? 0).toBe(0);
    });
  });
