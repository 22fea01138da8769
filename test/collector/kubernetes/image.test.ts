// The auto-instrumentation image without a container engine: its Dockerfile's own npm command in a folder, `cp -r` as the Operator's init
// container does it, and programs elsewhere that know nothing of it.
import { cpSync, readFileSync, readdirSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { npm, pack, run } from "../../package/npm.ts";
import { chainsOf, CONVERSATION } from "../../process/chains.ts";
import { runProgram, traceProgram } from "../../process/program.ts";
import { nodeBinary, type NodeMajor } from "../../support/homes.ts";
import { createSandbox } from "../../support/sandbox.ts";
import { at, isTree, type Tree } from "../files.ts";
import { KUBERNETES } from "./objects.ts";
import { describeVariants } from "../../support/variants.ts";

const IMAGE = join(KUBERNETES, "image");
const dockerfile = readFileSync(join(IMAGE, "Dockerfile"), "utf8");

describe("the auto-instrumentation image", { tags: ["slow"] }, () => {
  let folder: string;
  /** What the pod sees at /otel-auto-instrumentation-nodejs. */
  let mounted: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mcp-otelkit-image-"));
    const layout = join(folder, "autoinstrumentation");
    mounted = join(folder, "otel-auto-instrumentation-nodejs");
    for (const file of ["package.json", "autoinstrumentation.js"])
      cpSync(join(IMAGE, file), join(layout, file));
    const { filename } = await pack("--pack-destination", folder);

    await npm([...installWords(), join("..", filename), "--prefer-offline"], layout);
    await run("chmod", ["-R", "a+rX", layout], folder);
    await run("mkdir", [mounted], folder);
    await run("cp", ["-r", `${layout}/.`, mounted], folder);
  }, 400_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  describeVariants<[NodeMajor, string, "sdk-v1-latest" | "sdk-v2-latest"]>(
    [
      [20, "v1.mjs", "sdk-v1-latest"],
      [20, "v1.cjs", "sdk-v1-latest"],
      [20, "v2.mjs", "sdk-v2-latest"],
      [22, "v2.cjs", "sdk-v2-latest"],
      [24, "v1.mjs", "sdk-v1-latest"],
      [26, "v2.mjs", "sdk-v2-latest"],
    ],
    {},
    (major, program, sdk) => {
      it("traces an application that does not have the package", async () => {
        const sandbox = await createSandbox("process", sdk);
        onTestFinished(() => sandbox.remove());

        const { stdout, stderr, spans } = await traceProgram([program], {
          node: await nodeBinary(major),
          cwd: sandbox.folder,
          // The Operator appends to what is there, which may be nothing.
          env: {
            NODE_OPTIONS: ` --require ${mounted}/autoinstrumentation.js`,
            OTEL_PROPAGATORS: "tracecontext,baggage",
          },
        });

        expect(stdout).toBe("2 + 3 = 5\n");
        expect(stderr).toMatch(/^mcp-otelkit: [^\n]*, instrumented @modelcontextprotocol\/[^\n]*\n$/);
        expect(chainsOf(spans)).toEqual(CONVERSATION);
      });
    },
  );

  it("leaves the application alone where the volume is incomplete, and says so on stderr", async () => {
    const broken = join(folder, "broken");
    cpSync(join(IMAGE, "autoinstrumentation.js"), join(broken, "autoinstrumentation.js"));

    const { stdout, stderr, code } = await runProgram(["no-mcp.mjs"], {
      env: { NODE_OPTIONS: ` --require ${broken}/autoinstrumentation.js` },
    });

    expect({ stdout, code }).toEqual({ stdout: "an ordinary program\n", code: 5 });
    expect(stderr).toMatch(
      /^mcp-otelkit: no telemetry: Cannot find module 'mcp-otelkit\/register.cjs'[^\n]*\n$/,
    );
  });

  it("is readable for every user, and needs no link that `cp -r` might follow", () => {
    const files = readdirSync(mounted, { recursive: true, withFileTypes: true });
    const unreadable = files.filter(
      (file) => (statSync(join(file.parentPath, file.name)).mode & 0o004) === 0 || file.isSymbolicLink(),
    );

    expect(files.length).toBeGreaterThan(20);
    expect(unreadable.map(({ name }) => name)).toEqual([]);
  });

  it("fits into the volumes that the manifests give it, with room for as much again", () => {
    const bytes = readdirSync(mounted, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .reduce(
        (sum, file) => sum + Math.ceil(statSync(join(file.parentPath, file.name)).size / 4096) * 4096,
        0,
      );

    for (const limit of volumeLimits()) expect(bytes * 2).toBeLessThan(Number.parseInt(limit, 10) * 2 ** 20);
  });
});

it("the Dockerfile does what this test does", () => {
  expect(installWords()).toEqual(["install", "--omit=dev", "--no-bin-links"]);
  expect(dockerfile).toMatch(/^COPY package\.json autoinstrumentation\.js /m);
  expect(dockerfile).toMatch(/chmod -R a\+rX \./);
  expect(dockerfile).toMatch(/^COPY --from=build \/autoinstrumentation \/autoinstrumentation$/m);
  const images = [...dockerfile.matchAll(/^\s*FROM\s+(\S+)/gim)].map(([, image]) => image);
  expect(images.length).toBeGreaterThan(0);
  for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+/);
});

it("the Dockerfile installs this version, with the api package that the tests have", () => {
  const packageJson = (path: string): Tree =>
    JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as Tree;
  const lock = packageJson("../../../package-lock.json");
  const image = packageJson("../../../collector/kubernetes/image/package.json");

  expect(dockerfile).toContain(
    `MCP_OTELKIT=mcp-otelkit@${String(packageJson("../../../package.json")["version"])}\n`,
  );
  for (const [name, version] of Object.entries(at(image, "dependencies")))
    expect(at(lock, "packages", `node_modules/${name}`)["version"], name).toBe(version);
});

/** Of `RUN npm install --omit=dev … "$MCP_OTELKIT"`, without the lines that npm.ts adds. */
function installWords(): string[] {
  const [, words = ""] = /^RUN npm (.*) "\$MCP_OTELKIT"$/m.exec(dockerfile) ?? [];
  return words.split(" ").filter((word) => !/^--(ignore-scripts|no-fund|no-audit)$/.test(word));
}

/** Of both places that mount the image's files. */
function volumeLimits(): string[] {
  const volume = parse(readFileSync(join(KUBERNETES, "components/preload/volume.yaml"), "utf8")) as Tree;
  const instrumentation = parse(
    readFileSync(join(KUBERNETES, "overlays/operator/instrumentation.yaml"), "utf8"),
  ) as Tree;
  const [first] = at(volume, "spec", "template", "spec")["volumes"] as Tree[];
  const limits = [
    isTree(first) ? at(first, "emptyDir")["sizeLimit"] : "",
    at(instrumentation, "spec", "nodejs")["volumeLimitSize"],
  ].map(String);
  expect(limits).toEqual([expect.stringMatching(/^\d+Mi$/), expect.stringMatching(/^\d+Mi$/)]);
  return limits;
}
