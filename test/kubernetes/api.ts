// What an API server says to a request, its warnings included. https://kubernetes.io/docs/reference/using-api/api-concepts/
import { request } from "node:https";
import { at, isTree, type Tree } from "../collector/files.ts";
import { named, trees } from "../collector/kubernetes/objects.ts";

export interface Answer {
  readonly status: number;
  readonly body: Tree;
  /** `Warning` headers: fields that nobody knows, versions that will go, pods that the namespace would refuse. */
  readonly warnings: readonly string[];
}

export interface Access {
  readonly port: number;
  readonly token: string;
  /** The server's own certificate, PEM. */
  readonly ca: string;
}

export interface Api {
  get(path: string): Promise<Answer>;
  /** `kubectl apply --server-side`, with every unknown field refused. `dry`: everything but the write. */
  apply(object: Tree, dry?: "dry"): Promise<Answer>;
  /** `kubectl create --dry-run=server`. */
  wouldCreate(object: Tree): Promise<Answer>;
}

const STRICT = { fieldManager: "mcp-otelkit", fieldValidation: "Strict" };

export function talkTo(access: Access): Api {
  const resources = new Map<string, Promise<readonly Tree[]>>();
  const get = (path: string): Promise<Answer> => send(access, "GET", path);

  /** `/apis/apps/v1/namespaces/a/deployments`: which word stands for a kind, the server knows. */
  async function pathOf(object: Tree): Promise<string> {
    const version = String(object["apiVersion"]);
    const root = version.includes("/") ? `/apis/${version}` : `/api/${version}`;
    const known = resources.get(root) ?? get(root).then(({ body }) => trees(body["resources"]));
    resources.set(root, known);
    const resource = (await known).find(
      ({ kind, name }) => kind === object["kind"] && !String(name).includes("/"),
    );
    if (resource === undefined) {
      resources.delete(root); // a CRD may come later
      throw new Error(`the server knows no ${String(object["kind"])} of ${version}`);
    }
    const namespace = named(object).namespace || "default";
    return `${root}${resource["namespaced"] === true ? `/namespaces/${namespace}` : ""}/${String(resource["name"])}`;
  }

  return {
    get,
    async apply(object, dry) {
      const query = new URLSearchParams({ ...STRICT, ...(dry && { dryRun: "All" }) });
      const path = `${await pathOf(object)}/${String(at(object, "metadata")["name"])}?${String(query)}`;
      return send(access, "PATCH", path, object, "application/apply-patch+yaml"); // JSON is YAML
    },
    async wouldCreate(object) {
      const query = new URLSearchParams({ ...STRICT, dryRun: "All" });
      return send(access, "POST", `${await pathOf(object)}?${String(query)}`, object, "application/json");
    },
  };
}

function send(
  { port, token, ca }: Access,
  method: string,
  path: string,
  body?: Tree,
  type = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        ca,
        method,
        path,
        headers: body ? { ...headers, "content-type": type } : headers,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("error", reject).on("end", () => {
          const warnings = (response.headersDistinct["warning"] ?? []).map(unquoted);
          resolve({ status: response.statusCode ?? 0, body: parsed(text), warnings });
        });
      },
    );
    sent.on("error", reject).end(body && JSON.stringify(body));
  });
}

/** `299 - "text"`. https://www.rfc-editor.org/rfc/rfc9111#section-5.5 */
function unquoted(header: string): string {
  const [, text = header] = /^\d{3} \S+ "(.*)"$/s.exec(header) ?? [];
  return text.replaceAll(/\\(.)/g, "$1");
}

/** Health checks answer in plain text. */
function parsed(text: string): Tree {
  try {
    const value: unknown = JSON.parse(text);
    return isTree(value) ? value : { text };
  } catch {
    return { text };
  }
}

export const isTaken = ({ status }: Answer): boolean => status >= 200 && status < 300;
export const reasonOf = ({ status, body }: Answer): string =>
  `${status} ${[body["message"], body["text"]].find((one) => typeof one === "string") ?? ""}`;
