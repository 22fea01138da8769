/**
 * `npm run prove -- kubernetes`: a real API server is shown every object of collector/kubernetes: by a server-side dry
 * run, then for real, then the pods that come of it, then the policy that adds the preload. Prints a table; exits 1 when
 * an object is refused or warned of, or when the server takes what it must not.
 */
import { spawnSync } from "node:child_process";
import { kustomize, workloads } from "../collector/kubernetes/objects.ts";
import { customResources } from "../collector/kubernetes/schemas.ts";
import { modulesOf, refusedOf } from "../licences/go-modules.ts";
import { renderTable } from "../matrix/table.ts";
import { describeBuilds, ensure, type Built } from "../stack/binaries.ts";
import { KUBERNETES_BUILDS, type KubernetesProgram } from "./builds.ts";
import { startControlPlane } from "./control-plane.ts";
import { tryPolicy } from "./policy.ts";
import { HEAD, cells, details, sources, type Row } from "./rows.ts";
import { installCrds, makeNamespaces, showMistakes, showObjects, showPods } from "./show.ts";

if (spawnSync("go", ["version"]).status === 0) process.exitCode = await prove();
else
  console.log(
    "SKIPPED: there is no Go on this machine, and etcd, the API server and the CRDs come from Go modules",
  );

async function prove(): Promise<number> {
  const programs = await buildPrograms();
  const kustomized = await kustomize();
  if (typeof kustomized === "string") throw new Error(kustomized);
  const all = await sources(kustomized);
  const { crds, missing } = await customResources();
  const began = Date.now();
  const { api, version, stop } = await startControlPlane(programs);
  const rows: Row[] = [];
  const faults: string[] = [];
  try {
    rows.push(await installCrds(api, crds, all), await makeNamespaces(api, all));
    for (const source of all) rows.push(await showObjects(api, source, missing, "dry"));
    // On top of each other, as somebody who goes from one overlay to the next does it.
    for (const source of all.filter(({ whole }) => whole)) {
      rows.push(await showObjects(api, source, missing));
      if (workloads(source.objects).length > 0) rows.push(await showPods(api, source));
    }
    const [server] = workloads(all.find(({ name }) => name === "base/server")?.objects ?? []);
    faults.push(...(server === undefined ? ["no example server"] : await showMistakes(api, server)));
    for (const { what, faults: found } of await tryPolicy(api)) {
      console.log(`admission/preload.yaml on ${what}: ${found.length === 0 ? "ok" : "FAIL"}`);
      faults.push(...found.map((fault) => `admission/preload.yaml on ${what}: ${fault}`));
    }
  } finally {
    await stop();
  }
  for (const [name, path] of Object.entries(programs))
    faults.push(...refusedOf(modulesOf(path)).map((module) => `${name} has a licence to refuse: ${module}`));

  console.log(`\nKubernetes ${version}\n\n${renderTable(HEAD, rows.map(cells))}`);
  for (const line of rows.flatMap(details)) console.log(`\n${line}`);
  for (const one of missing) console.log(`\nNOT SHOWN, ${one}`);
  faults.push(...rows.flatMap(({ refused, warnings }) => [...refused, ...warnings]));
  console.log(
    `\n${faults.length === 0 ? "ok" : `FAIL\n  ${faults.join("\n  ")}`}, in ${Math.round((Date.now() - began) / 1000)} s`,
  );
  return faults.length === 0 ? 0 : 1;
}

async function buildPrograms(): Promise<Record<KubernetesProgram, string>> {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());
  const built: Built<KubernetesProgram>[] = [];
  for (const one of KUBERNETES_BUILDS) built.push(...(await ensure(one, console.log, stopping.signal)));
  console.log(`${describeBuilds(built)}\n`);
  return Object.fromEntries(built.map(({ program, path }) => [program, path])) as Record<
    KubernetesProgram,
    string
  >;
}
