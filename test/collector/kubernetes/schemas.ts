// What the API server and the CRDs say an object may be, stricter in one way: a field that no schema knows is a mistake, where
// the API server would drop it with a warning.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv, type ValidateFunction } from "ajv";
import { parse } from "yaml";
import { at, isTree, type Tree } from "../files.ts";
import { CACHE, onPath, trees } from "./objects.ts";

/** Go modules that carry the schemas as files; the Operator's is in no registry, so its folder is given by hand. */
const API = "k8s.io/kubernetes@v1.37.2";
const PROMETHEUS_OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0";
/** A folder with the CRDs of the OpenTelemetry Operator, of its repository: config/crd/bases. */
const OPENTELEMETRY_OPERATOR = process.env["OPENTELEMETRY_OPERATOR_CRDS"];

const execute = promisify(execFile);

export interface Schemas {
  /** The faults of an object; empty if there are none; undefined where no schema for its kind is available. */
  problems(object: Tree): string[] | undefined;
  /** Whole groups of kinds that cannot be looked at here, and why. */
  readonly missing: readonly string[];
}

/** Why there are none, where there are none. */
export async function schemas(): Promise<Schemas | string> {
  if (!onPath("go")) return "go is not on the PATH, and the schemas are in Go modules";
  const validators = new Map<string, () => ValidateFunction>();
  let operators: Definitions;
  try {
    addApi(join(await moduleFolder(API), "api", "openapi-spec", "v3"));
    operators = await customResources();
  } catch (error) {
    return `the schemas could not be fetched: ${String(error)}`;
  }
  for (const crd of operators.crds) addCrd(crd);

  return {
    missing: operators.missing,
    problems(object) {
      const validate = validators.get(`${String(object["apiVersion"])}/${String(object["kind"])}`)?.();
      if (!validate) return undefined;
      validate(object);
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
      );
    },
  };

  function addApi(folder: string): void {
    for (const file of readdirSync(folder)) {
      if (!/^(api|apis__[^_]+)__v\d+_openapi\.json$/.test(file)) continue;
      const text = readFileSync(join(folder, file), "utf8");
      const document = JSON.parse(text.replaceAll("#/components/schemas/", "#/definitions/")) as Tree;
      const definitions = strict(at(document, "components", "schemas")) as Tree;
      for (const [name, schema] of Object.entries(definitions))
        for (const { group, version, kind } of trees((schema as Tree)["x-kubernetes-group-version-kind"])) {
          const apiVersion = [group, version].filter(Boolean).join("/");
          validators.set(
            `${apiVersion}/${String(kind)}`,
            once({ $ref: `#/definitions/${name}`, definitions }),
          );
        }
    }
  }

  function addCrd(crd: Tree): void {
    const { group } = at(crd, "spec");
    const { kind } = at(crd, "spec", "names");
    for (const version of trees(at(crd, "spec")["versions"])) {
      const schema = strict(at(version, "schema", "openAPIV3Schema")) as Tree;
      const properties = { ...at(schema, "properties"), metadata: { type: "object" } };
      validators.set(
        `${String(group)}/${String(version["name"])}/${String(kind)}`,
        once({ ...schema, properties }),
      );
    }
  }
}

interface Definitions {
  readonly crds: readonly Tree[];
  /** Whole groups of kinds without a definition here, and why. */
  readonly missing: readonly string[];
}

/** The CRDs of the two Operators, as far as they can be had. */
export async function customResources(): Promise<Definitions> {
  const prometheus = join(await moduleFolder(PROMETHEUS_OPERATOR), "example", "prometheus-operator-crd");
  const folders = [prometheus, ...(OPENTELEMETRY_OPERATOR ? [OPENTELEMETRY_OPERATOR] : [])];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => join(folder, name)),
  );
  return {
    crds: files.map((file) => parse(readFileSync(file, "utf8")) as Tree),
    missing: OPENTELEMETRY_OPERATOR ? [] : ["opentelemetry.io: OPENTELEMETRY_OPERATOR_CRDS names no folder"],
  };
}

function once(schema: Tree): () => ValidateFunction {
  let compiled: ValidateFunction | undefined;
  return () =>
    (compiled ??= new Ajv({
      strict: false,
      unicodeRegExp: false,
      validateFormats: false,
      allErrors: true,
      logger: false,
    }).compile(schema));
}

/** Objects with listed properties take no others. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (!isTree(schema)) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  if (String(schema["pattern"]).includes("(?i)")) delete copy["pattern"]; // Go's, not JavaScript's
  if (schema["x-kubernetes-int-or-string"] === true)
    return { anyOf: [{ type: "integer" }, { type: "string" }] };
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || "additionalProperties" in schema;
  return isTree(schema["properties"]) && !open && schema["type"] === "object"
    ? { ...copy, additionalProperties: false }
    : copy;
}

/** A module's folder in Go's own cache, fetched if it is not there. */
async function moduleFolder(module: string): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const { stdout } = await execute("go", ["mod", "download", "-json", module], { cwd: CACHE });
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  if (!existsSync(Dir)) throw new Error(`${module} is not in ${Dir}`);
  return Dir;
}
