// The recipe without the Operator: two Deployments without telemetry, through components/preload.
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { at, read, type Tree } from "../files.ts";
import { KUBERNETES, containers, initContainers, kustomize, trees, variable, workloads } from "./objects.ts";

const build = await kustomize();
const given = workloads(
  parseAllDocuments(read("kubernetes/overlays/preload/servers.yaml")).map((one) => one.toJS() as Tree),
);
const patched = typeof build === "string" ? [] : workloads(await build(`${KUBERNETES}overlays/preload`));

describe.skipIf(typeof build === "string").each(given)("$name", ({ name, pod: before }) => {
  const after = patched.find((one) => one.name === name)?.pod ?? {};

  it("gets the image's files from an init container, by the command that the Operator uses", () => {
    const [copies, ...others] = initContainers(after).toSorted((one) =>
      one["name"] === "mcp-otelkit" ? -1 : 1,
    );
    const [volume] = trees(after["volumes"]).filter((one) => one["name"] === "mcp-otelkit");

    expect(copies?.["command"]).toEqual(["cp", "-r", "/autoinstrumentation/.", "/mcp-otelkit"]);
    expect(copies?.["volumeMounts"]).toEqual([{ name: "mcp-otelkit", mountPath: "/mcp-otelkit" }]);
    expect(volume).toHaveProperty("emptyDir");
    expect(others).toEqual(initContainers(before)); // its own run as they did
  });

  it("has the preload in every container, whatever its name, and can only read it", () => {
    for (const container of containers(after)) {
      expect(variable(container, "NODE_OPTIONS")).toBe("--require /mcp-otelkit/autoinstrumentation.js");
      expect(variable(container, "OTEL_EXPORTER_OTLP_ENDPOINT")).toBe(
        "http://mcp-agent.mcp-observability.svc:4318",
      );
      expect(variable(container, "OTEL_SERVICE_NAME")).toBe("from metadata.labels['app.kubernetes.io/name']");
      expect(container["volumeMounts"]).toContainEqual({
        name: "mcp-otelkit",
        mountPath: "/mcp-otelkit",
        readOnly: true,
      });
    }
    expect(containers(after)).toHaveLength(containers(before).length);
  });

  it("keeps everything that it had", () => {
    for (const [index, container] of containers(before).entries()) {
      const now = containers(after)[index] ?? {};
      expect(now).toMatchObject({ name: container["name"], image: container["image"] });
      expect(trees(now["env"])).toEqual(expect.arrayContaining(trees(container["env"])));
      expect(trees(now["volumeMounts"])).toEqual(expect.arrayContaining(trees(container["volumeMounts"])));
    }
  });
});

it("admission/preload.yaml does the same", () => {
  const policy = read("kubernetes/admission/preload.yaml");
  const settings = at(
    parseAllDocuments(read("kubernetes/components/preload/settings.yaml"))[0]?.toJS() as Tree,
    "data",
  );

  for (const value of [settings["folder"], settings["NODE_OPTIONS"], settings["OTEL_EXPORTER_OTLP_ENDPOINT"]])
    expect(policy).toContain(`'${String(value)}'`);
  expect(policy).toContain("['cp', '-r', '/autoinstrumentation/.', '/mcp-otelkit']");
});
