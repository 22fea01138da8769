// One HTTP GET, and its result.
const ANSWERS_WITHIN_MS = 10_000;

export async function getText(url: URL): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${body.slice(0, 500)}`);
  return body;
}

/** `undefined` for a missing page. */
export async function getJson<T>(url: URL): Promise<T | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  const body = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${body.slice(0, 500)}`);
  return JSON.parse(body) as T;
}

export function addressOf(base: string, path: string, search: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(search)) url.searchParams.append(name, value);
  return url;
}
