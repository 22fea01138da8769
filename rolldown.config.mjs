// The build: OpenTelemetry and src in a few CommonJS files, each loaded on demand (src/runtime/chunks.ts). CommonJS,
// because the preload also works with --require and loads the rest while the application loads its modules; the ES
// modules of the package's exports are wrappers (.ci/bundle/finish.mjs).
import { fileURLToPath } from "node:url";
import { finish } from "./.ci/bundle/finish.mjs";
import { licences } from "./.ci/bundle/licences.mjs";
import { requiredBuiltins } from "./.ci/bundle/required-builtins.mjs";
import { usedConstants } from "./.ci/bundle/used-constants.mjs";

const source = (file) => fileURLToPath(new URL(`src/${file}`, import.meta.url));
const NO_LOADER_HOOKS = source("runtime/otel/no-loader-hooks.ts");

/** What the package exports. */
const ENTRIES = ["index", "register", "instrumentation", "logger", "health", "flush"];

const shared = {
  platform: "node",
  external: ["@opentelemetry/api", /^\.\/[a-z-]+\.cjs$/],
  resolve: {
    // The ES modules of a package, of which the build leaves out what nothing uses.
    mainFields: ["module", "main"],
    alias: { "import-in-the-middle": NO_LOADER_HOOKS, "require-in-the-middle": NO_LOADER_HOOKS },
  },
  treeshake: { moduleSideEffects: (_id, external) => (external ? false : undefined) },
  transform: { target: "node20", define: { "import.meta.url": "__here" } },
  plugins: [usedConstants(), requiredBuiltins(), licences()],
};

/** What several of the files need, each in one. The preload loads the first and no other. */
const GROUPS = [
  { name: "core", test: (id) => CORE.test(id.replaceAll("\\", "/")), priority: 3 },
  { name: "exporting", test: /@opentelemetry.otlp-/, minShareCount: 2, priority: 2 },
  {
    name: "instrumentation-base",
    test: /@opentelemetry.(instrumentation|api-logs)[\\/]/,
    minShareCount: 2,
    priority: 2,
  },
  {
    name: "opentelemetry",
    test: /@opentelemetry.(core|resources(?!.*machine-id)|sdk-)/,
    minShareCount: 2,
    priority: 1,
  },
];
const CORE =
  /\/src\/(version|settings\/(values|otel-settings)|semconv|operation\/class-name|output\/(at-exit|safely|say|stderr|stderr-descriptor|disguise|describe-fault)|hook\/(hub|loader\/(shapes\/[\w-]+|compile-hook|footer|hook-symbol|implementations|load-hook|other-runtime|read-file-hook|sdk-listeners|targets))|runtime\/(chunks|logger-instrumentations|nothing-seen|spoken-to|threads)|runtime\/api\/(api-globals|api-version|late-providers|late-sdk|quiet-diagnostics))\.ts$|rolldown.runtime/;

const output = {
  dir: "dist",
  entryFileNames: "[name].cjs",
  chunkFileNames: "part-[name].cjs",
  format: "cjs",
  // A bundler that puts this file into an ES module leaves no file name.
  banner:
    'const __here = typeof __filename === "string" ? require("node:url").pathToFileURL(__filename).href : undefined;',
  exports: "named",
  // Names stay, for the stacks of errors; half of the text is comments and space, and Node reads all of it at every start.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
};

export default [
  {
    ...shared,
    input: {
      // every process
      register: source("register.cts"),
      preload: source("preload.ts"),
      // the first MCP module
      telemetry: source("runtime/telemetry.ts"),
      sdk: source("runtime/otel/sdk.ts"),
      // a moment later: the second message, the first export
      instrumentations: source("runtime/otel/instrumentations.ts"),
      exporters: source("runtime/delivery/otlp-exporters.ts"),
      // on demand
      grpc: source("runtime/delivery/grpc.ts"),
      propagators: source("runtime/otel/rare-propagators.ts"),
      admin: source("runtime/admin-endpoint.ts"),
      // what an application imports
      index: source("index.ts"),
      instrumentation: source("instrumentation.ts"),
      logger: source("logger.ts"),
      health: source("health.ts"),
      flush: source("flush.ts"),
      // npx mcp-otelkit
      cli: source("cli.ts"),
    },
    output: { ...output, codeSplitting: { groups: GROUPS, includeDependenciesRecursively: false } },
  },
  // Every exporter: in a separate graph, so that the rest keeps only what it uses.
  {
    ...shared,
    input: { "configuration-file": source("runtime/otel/configuration-file.ts") },
    output: { ...output, codeSplitting: false },
  },
  // For separate threads: one file each, with only what it needs.
  { ...shared, input: { "exit-worker": source("runtime/exit/exit-worker.ts") }, output },
  {
    ...shared,
    input: { "esm-loader": source("hook/loader/esm-loader.ts") },
    transform: { target: "node20" },
    output: { ...output, format: "esm", entryFileNames: "[name].js", banner: "" },
    plugins: [...shared.plugins, finish(ENTRIES)],
  },
];
