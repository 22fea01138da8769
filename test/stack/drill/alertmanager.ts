// Alertmanager with the shipped routes that call no one.
import { join } from "node:path";
import { found, whyWithout } from "../../ops/programs.ts";
import { freePorts } from "../../support/ports.ts";
import { fresh, SHIPPED } from "../back-ends.ts";
import { describeService } from "../service.ts";
import type { Stack } from "../stack.ts";

/** Its address, once Prometheus knows it; or why there is none. It ends with this process. */
export async function startAlertmanager(stack: Stack): Promise<{ url: string } | string> {
  const program = found("alertmanager");
  if (program === undefined) return whyWithout("alertmanager") ?? "";
  const { http } = await freePorts("http");
  const url = `http://127.0.0.1:${http}`;
  const service = describeService({
    name: "alertmanager",
    program,
    args: [
      `--config.file=${join(SHIPPED, "alertmanager", "page-only.yaml")}`,
      `--storage.path=${fresh(stack.folder, "alertmanager")}`,
      `--web.listen-address=127.0.0.1:${http}`,
      "--cluster.listen-address=",
    ],
    ready: `${url}/-/ready`,
    log: join(stack.folder, "alertmanager.log"),
  });
  await service.start();
  stack.prometheus.scrape("alertmanager", [{ targets: [`127.0.0.1:${http}`] }]);
  return { url };
}
