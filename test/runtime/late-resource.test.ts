import { diag, DiagLogLevel } from "@opentelemetry/api";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { expect, it, onTestFinished } from "vitest";
import { namedByServer } from "../../src/runtime/otel/late-resource.ts";

it("a service that has no name is called as the first MCP server, from when there is one", () => {
  let name: string | undefined;
  const resource = namedByServer(defaultResource(), () => name);

  expect(resource.attributes["service.name"]).toMatch(/^unknown_service/);
  name = "weather";
  expect(resource.attributes["service.name"]).toBe("weather");
  name = "another";
  expect(resource.attributes["service.name"]).toBe("weather");
});

it("the name that an operator has given stays", () => {
  const given = defaultResource().merge(resourceFromAttributes({ "service.name": "mine" }));

  expect(namedByServer(given, () => "weather").attributes["service.name"]).toBe("mine");
});

it("at the end of a process it tells what it knows by then, and nobody complains", async () => {
  const complaints: unknown[] = [];
  const complain = (...words: unknown[]): void => void complaints.push(words);
  diag.setLogger(
    { error: complain, warn: complain, info: complain, debug: () => undefined, verbose: () => undefined },
    DiagLogLevel.ALL,
  );
  onTestFinished(() => diag.disable());
  let tell = (_id: string): void => undefined;
  const host = new Promise<string>((resolve) => (tell = resolve));
  const detected = resourceFromAttributes({ "host.name": "here", "host.id": host });
  const resource = namedByServer(defaultResource().merge(detected), () => "weather");

  const before = resource.attributes;
  tell("7");
  await resource.waitForAsyncAttributes?.();

  expect(before).toMatchObject({ "service.name": "weather", "host.name": "here" });
  expect(before).not.toHaveProperty("host.id");
  expect(resource.attributes).toMatchObject({ "host.id": "7" });
  expect(complaints.filter((words) => String(words).includes("before async"))).toEqual([]);
});
