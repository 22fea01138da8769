import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { arrived, linesInLoki, queryPrometheus, servicesInJaeger } from "./ask.ts";
import { program } from "./cast.ts";
import { NEEDS_SERVERS } from "./given.ts";

describe("npm run stack", NEEDS_SERVERS, () => {
  it("shows an example in every back end it names, and ends as a whole", async () => {
    const cache = process.env["XDG_CACHE_HOME"];
    const env = { HOME: process.env["HOME"] ?? "", ...(cache && { XDG_CACHE_HOME: cache }) };
    const command = fileURLToPath(new URL("run.ts", import.meta.url));
    // With an overlay it is native everywhere.
    const stack = program(["--import", "tsx", command, "overlays/content-allowed.yaml"], env);
    await stack.says(/Ctrl-C ends everything/);
    const at = (what: string) => new RegExp(`${what} +(http://[^/]+)`).exec(stack.output())?.[1] ?? "";

    const [jaeger, prometheus, loki] = [at("traces"), at("metrics"), at("logs")];
    await arrived(
      () => servicesInJaeger(jaeger),
      (services) => services.includes("weather") && services.includes("traffic"),
    );
    await arrived(
      () => queryPrometheus(prometheus, 'mcp_tool_calls_total{job="weather"}'),
      (series) => series.length > 0,
    );
    await arrived(
      () => linesInLoki(loki, '{service_name="weather"}'),
      (lines) => lines.length > 0,
    );
    await stack.stop("SIGINT");

    await expect(fetch(jaeger)).rejects.toThrow("fetch failed");
    await expect(fetch(prometheus)).rejects.toThrow("fetch failed");
    await expect(fetch(loki)).rejects.toThrow("fetch failed");
  });
});
