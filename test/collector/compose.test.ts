// compose.yaml, read with the Compose specification in hand: no container engine is needed, and none has run it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { pack } from "../package/npm.ts";
import { COLLECTOR, at, isThere, load, read, strings, type Tree } from "./files.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const compose = load("compose/compose.yaml");
const services = Object.entries(at(compose, "services")) as [string, Tree][];
const service = (name: string): Tree => at(compose, "services", name);

describe.each(services)("%s", (name, definition) => {
  it("has an image with a version", () => {
    expect(definition["image"]).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
  });

  it("has limits for CPU and memory, and a Go program knows of them", () => {
    const { cpus, memory } = at(definition, "deploy", "resources", "limits");
    const goLimit = at(definition, "environment")["GOMEMLIMIT"];

    expect(Number(cpus)).toBeGreaterThan(0);
    expect(mebibytes(memory)).toBeGreaterThan(0);
    // The Collector's is 80 % of memory_limiter, which is below the container's.
    const share = goLimit === undefined ? 0.8 : Number.parseInt(goLimit as string, 10) / mebibytes(memory);
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThanOrEqual(0.81);
  });

  it("is reached from this machine only", () => {
    const open = strings(definition["ports"]).filter(
      (port) => !/^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$/.test(port),
    );

    expect(open).toEqual([]);
  });

  it("mounts files that are there, read-only, and volumes that are declared", () => {
    const mounts = strings(definition["volumes"]).map((mount) => mount.split(":"));
    const files = mounts.filter(([from = ""]) => from.startsWith("."));
    const volumes = mounts.filter(([from = ""]) => !from.startsWith("."));

    expect(files.filter(([from = ""]) => !isThere(join("compose", from)))).toEqual([]);
    expect(files.filter(([, , mode]) => mode !== "ro")).toEqual([]);
    expect(volumes.filter(([from = ""]) => !(from in at(compose, "volumes")))).toEqual([]);
  });

  it("has no privileges that it does not need", () => {
    expect(definition["cap_drop"]).toEqual(["ALL"]);
    expect(definition["security_opt"]).toEqual(["no-new-privileges:true"]);
    expect(definition["privileged"]).toBeUndefined();
  });

  it("waits for services that are there, for something that they can be", () => {
    const waits = Object.entries(at(definition, "depends_on")) as [string, Tree][];
    const impossible = waits.filter(([other, { condition }]) =>
      condition === "service_healthy"
        ? !("healthcheck" in service(other))
        : service(other)["image"] === undefined,
    );
    const shared = /^service:(.*)$/.exec(String(definition["network_mode"]))?.[1] ?? name;

    expect(impossible).toEqual([]);
    expect(service(shared)["image"]).toBeDefined();
  });

  it("says whether it is well, itself or through a neighbour", () => {
    const runsOnce = services.some(
      ([, other]) => at(other, "depends_on", name)["condition"] === "service_completed_successfully",
    );
    const asks = [
      definition,
      ...services
        .filter(([, other]) => other["network_mode"] === `service:${name}`)
        .map(([, other]) => other),
    ];
    const isClient = String(definition["network_mode"]).startsWith("service:"); // no program queries it

    expect(runsOnce || isClient || asks.some((one) => "healthcheck" in one)).toBe(true);
  });
});

it("all containers together stay below what the file promises", () => {
  const sum = services.reduce(
    (total, [, one]) => total + mebibytes(at(one, "deploy", "resources", "limits")["memory"]),
    0,
  );
  const [, promised] = /stay below (\d+) GiB/.exec(read("compose/compose.yaml")) ?? [];

  expect(sum).toBeLessThan(Number(promised) * 1024);
});

it("Go programs know their container's limit", () => {
  for (const name of ["gateway", "jaeger", "prometheus", "loki", "alertmanager"])
    expect(at(service(name), "environment"), name).toHaveProperty("GOMEMLIMIT");
});

it("the Collector and Jaeger, which are not root, write into volumes that are given to them first", () => {
  const owner = service("volumes-owner");
  const [, , ids, ...folders] = strings(owner["command"]);
  const given = strings(owner["volumes"])
    .map((mount) => mount.split(":"))
    .filter(([, target = ""]) => folders.includes(target))
    .map(([volume]) => volume);
  const writes = { gateway: "MCP_STORAGE_DIR", jaeger: "JAEGER_DATA_DIR" };

  expect(ids).toBe("10001:10001"); // the user of both images
  for (const [name, variable] of Object.entries(writes)) {
    const folder = String(at(service(name), "environment")[variable]);
    const [volume] =
      strings(service(name)["volumes"])
        .map((mount) => mount.split(":"))
        .find(([, target]) => target === folder) ?? [];
    expect(given, name).toContain(volume);
    expect(at(service(name), "depends_on", "volumes-owner")["condition"]).toBe(
      "service_completed_successfully",
    );
  }
});

it("a Node program is not process 1, which the kernel does not end by SIGTERM, or it listens for it itself", () => {
  expect(service("weather")["init"]).toBe(true);
  expect(read("compose/example/traffic.mjs")).toContain('"SIGTERM"');
});

it("needs nothing but the npm package", async () => {
  const { files } = await pack("--dry-run");
  const packed = new Set(files.map(({ path }) => path));
  const isPacked = (path: string): boolean =>
    packed.has(path) || [...packed].some((file) => file.startsWith(`${path}/`));
  const mounted = services
    .flatMap(([, definition]) => strings(definition["volumes"]))
    .map((mount) => mount.split(":", 1)[0] ?? "")
    .filter((path) => path.startsWith("."))
    .map((path) => join("collector/compose", path));
  const copied = [...read("compose/example/Dockerfile").matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(
    ([, list = ""]) => list.split(" "),
  );
  const built = services
    .map(([, definition]) => at(definition, "build"))
    .filter((one) => "dockerfile" in one);

  expect(mounted.length).toBeGreaterThan(6);
  expect(copied).toContain("dist");
  expect([...mounted, ...copied].filter((path) => !isPacked(path))).toEqual([]);
  for (const { context, dockerfile } of built) {
    expect(join("collector/compose", String(context), ".")).toMatch(/^\.\/?$/); // the top of the package
    expect(isPacked(String(dockerfile))).toBe(true);
    expect(isPacked(`${String(dockerfile)}.dockerignore`)).toBe(true);
  }
  expect(packed.has("package-lock.json")).toBe(false); // or the test above would prove nothing
});

it("gives each program variables that its files know", () => {
  const known = (folder: string[]): string => folder.map(read).join("\n");
  const files = {
    gateway: known(["otelcol/gateway.yaml"]),
    jaeger: known(["jaeger/badger.yaml"]),
    loki: known(["loki/loki.yaml"]),
    grafana: known(["grafana/provisioning/datasources/datasources.yaml"]),
  };
  const standard = /^(OTEL_|GOMEMLIMIT$|GF_)/;

  for (const [name, text] of Object.entries(files)) {
    const variables = Object.keys(at(service(name), "environment")).filter(
      (variable) => !standard.test(variable),
    );
    expect(
      variables.filter((variable) => !text.includes(variable)),
      name,
    ).toEqual([]);
  }
});

it("points at services by names and ports that they have", () => {
  const ports: Readonly<Record<string, readonly string[]>> = {
    gateway: ["4317", "4318", "8888"],
    jaeger: ["14318", "16686", "18888"],
    prometheus: ["9090"],
    loki: ["3100"],
    alertmanager: ["9093"],
    grafana: ["3000"],
    weather: ["9464"],
  };
  const texts = [
    ...services.flatMap(([, definition]) => Object.values(at(definition, "environment")).map(String)),
    ...["pipeline", "alertmanager", "mcp-servers"].map((file) => read(`compose/targets/${file}.yaml`)),
  ];
  const references = texts.flatMap((text) => [...text.matchAll(/(?:\/\/|\[)([a-z]+):(\d+)/g)]);

  expect(references.length).toBeGreaterThan(12);
  for (const [, host = "", port] of references) expect(ports[host], host).toContain(port);
});

it("scrapes by job names that prometheus.yaml takes its targets from", () => {
  const patterns = [...read("prometheus/prometheus.yaml").matchAll(/targets\/([\w-]+)\*\.yaml/g)].map(
    ([, name]) => name,
  );

  expect(patterns).toEqual(
    expect.arrayContaining(["pipeline", "alertmanager", "mcp-servers", "collector-page"]),
  );
  for (const file of ["pipeline", "alertmanager", "mcp-servers"])
    expect(Array.isArray(parse(read(`compose/targets/${file}.yaml`))), file).toBe(true);
});

describe("the example's image", () => {
  const dockerfile = read("compose/example/Dockerfile");
  const manifest = JSON.parse(read("compose/example/package.json")) as {
    dependencies: Record<string, string>;
  };
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version?: string }>;
  };

  it("copies files that are there and not ignored", () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, list = ""]) =>
      list.split(" "),
    );
    const kept = read("compose/example/Dockerfile.dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));

    expect(copied.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    expect(
      copied.filter((file) => !kept.some((path) => file === path || file.startsWith(`${path}/`))),
    ).toEqual([]);
  });

  it("has the versions of the tests", () => {
    for (const [name, version] of Object.entries(manifest.dependencies))
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
  });

  it("starts from a version and does not run as root", () => {
    const images = [...dockerfile.matchAll(/^\s*FROM\s+(\S+)/gim)].map(([, image]) => image);
    expect(images.length).toBeGreaterThan(0);
    for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+/);
    expect(dockerfile).toMatch(/^USER node$/m);
  });
});

it("data sources have uids that their links name", () => {
  const { datasources } = load("grafana/provisioning/datasources/datasources.yaml") as {
    datasources: Tree[];
  };
  const uids = datasources.map(({ uid }) => uid);
  const linked = [...JSON.stringify(datasources).matchAll(/"datasourceUid":"(\w+)"/g)].map(([, uid]) => uid);

  expect(uids).toEqual(["prometheus", "loki", "jaeger", "alertmanager"]);
  expect(linked.filter((uid) => !uids.includes(uid))).toEqual([]);
});

it("nothing under collector/ floats", () => {
  expect(read("compose/compose.yaml") + read("compose/example/Dockerfile")).not.toMatch(/:latest\b/);
  expect(existsSync(`${COLLECTOR}compose/.env`)).toBe(false); // a password would find its way into it
});

function mebibytes(size: unknown): number {
  const [, amount, unit] = /^(\d+)([MG])$/.exec(String(size)) ?? [];
  return Number(amount) * (unit === "G" ? 1024 : 1);
}
