import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arrived, traceInJaeger } from "./ask.ts";
import { startCast, type Cast } from "./cast.ts";
import { getJson } from "./get.ts";
import { givenStack, needs, STORES } from "./given.ts";
import { linesIn, type Wanted } from "./log-stores.ts";

const isFailed = (text: string): boolean => text === "Tool call failed";

for (const store of STORES)
  describe(`logs, in ${store}`, needs(store), () => {
    const stack = givenStack({ store });
    const lines = (wanted: Wanted) => linesIn(stack().logs, wanted);
    let cast: Cast;
    beforeAll(async () => {
      cast = await startCast(stack().collector.http);
    });
    afterAll(() => cast?.stop());

    it("are found by service", async () => {
      await cast.hostDoes("/variety");

      const found = await arrived(
        () => lines({ service: "weather" }),
        (seen) =>
          seen.some(({ text }) => text === "Tool call completed") &&
          seen.some(({ text, labels }) => isFailed(text) && labels["gen_ai_tool_name"] === "storm_warning"),
      );

      // A tool that is not there fails as well; stores have their own order.
      const failed = found.filter(
        ({ text, labels }) => isFailed(text) && labels["gen_ai_tool_name"] === "storm_warning",
      );
      expect(failed.map(({ labels }) => labels)).toMatchObject([
        { service_name: "weather", severity_text: "WARN", error_type: "tool_error" },
      ]);
    });

    it("are found by trace, across services, and belong to spans that Jaeger has", async () => {
      const id = await cast.plan("Graz");

      const found = await arrived(
        () => lines({ service: ".+", trace: id, contains: "Tool call completed" }),
        (seen) => seen.length >= 4,
      );
      const spans = await arrived(
        () => traceInJaeger(stack().jaeger.url, id),
        (seen) => found.every(({ labels }) => seen.some(({ spanId }) => spanId === labels["span_id"])),
      );

      const told = found.map(({ labels }) => {
        const span = spans.find(({ spanId }) => spanId === labels["span_id"]);
        return `${labels["service_name"]}: ${span?.service} ${span?.kind} ${span?.name}`;
      });
      expect(told.toSorted()).toEqual([
        "host: host CLIENT tools/call add",
        "host: host CLIENT tools/call forecast",
        "local: local SERVER tools/call add",
        "weather: weather SERVER tools/call forecast",
      ]);
    });

    it("have few labels, and none that grows with the number of processes", async () => {
      await cast.plan("Wien");
      await arrived(
        () => lines({ service: "host" }),
        (seen) => seen.length > 0,
      );

      const labels = await labelsOf(stack().logs.url);

      const allowed = ["service_name", "service_namespace", "deployment_environment_name"];
      expect(labels.filter((label) => !allowed.includes(label))).toEqual([]);
    });

    /** What the store makes streams of. */
    async function labelsOf(url: string): Promise<string[]> {
      if (store === "loki")
        return (await getJson<{ data: string[] }>(new URL("/loki/api/v1/labels", url)))?.data ?? [];
      const answer = await getJson<{ values: { value: string }[] }>(
        new URL("/select/logsql/stream_field_names?query=*", url),
      );
      return (answer?.values ?? []).map(({ value }) => value.replaceAll(".", "_"));
    }
  });
