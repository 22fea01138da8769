import { basename } from "node:path";

/** Programs that start the server that their arguments name. */
const LAUNCHERS =
  /^(?:node|npx|npm|pnpm|pnpx|yarn|bun|bunx|deno|tsx|uv|uvx|pipx|python[\d.]*|docker|podman|java|dotnet|sh|bash|env)$/;

/** Launchers of programs that Node may run. */
const OF_NODE = /^(?:node|npx|npm|pnpm|pnpx|yarn|tsx|ts-node|nodemon|sh|bash|env)$/;

/** Words of a launcher that are neither options nor a server. */
const VERBS = new Set(["run", "exec", "dlx", "x", "tool", "start"]);

/** A name for the server behind a command, where it has not introduced itself: `npx -y @scope/server-x@1.2 DIR` is `server-x`. */
export function nameOfCommand([program = "", ...words]: readonly string[]): string {
  const launcher = plain(program);
  if (!LAUNCHERS.test(launcher)) return launcher;
  const named = words.find(
    (word) => !word.startsWith("-") && !VERBS.has(word) && /^[@\w./\\:-]+$/.test(word),
  );
  return named === undefined ? launcher : plain(named.replace(/(?<=.)@[^/]*$/, "")) || launcher;
}

export function mayBeNode([program = ""]: readonly string[]): boolean {
  return OF_NODE.test(plain(program));
}

function plain(path: string): string {
  return basename(path.replaceAll("\\", "/")).replace(/\.(?:exe|cmd|[cm]?[jt]s|py|jar|dll|sh)$/i, "");
}
