// etcd and an API server on this machine's own address, with an empty store: no nodes, no controllers, nothing runs. Everything that
// decides whether an object is taken is in these two.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeService, pause } from "../stack/service.ts";
import { freePorts } from "../support/ports.ts";
import { isTaken, talkTo, type Api } from "./api.ts";
import type { KubernetesProgram } from "./builds.ts";

export interface ControlPlane {
  readonly api: Api;
  /** `v1.2.3`, as the server says it. */
  readonly version: string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 120_000;

/** @param flags more of the API server's own */
export async function startControlPlane(
  programs: Readonly<Record<KubernetesProgram, string>>,
  flags: readonly string[] = [],
): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-kubernetes-"));
  const ports = await freePorts("etcd", "peer", "api");
  const token = randomUUID();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = file("service-accounts.pem", String(privateKey.export({ type: "pkcs1", format: "pem" })));
  const tokens = file("tokens.csv", `${token},proof,proof,system:masters\n`);
  const at = (port: number): string => `http://127.0.0.1:${port}`;

  const etcd = describeService({
    name: "etcd",
    program: programs.etcd,
    args: [
      `--data-dir=${join(folder, "etcd")}`,
      `--listen-client-urls=${at(ports.etcd)}`,
      `--advertise-client-urls=${at(ports.etcd)}`,
      `--listen-peer-urls=${at(ports.peer)}`,
      `--initial-advertise-peer-urls=${at(ports.peer)}`,
      `--initial-cluster=default=${at(ports.peer)}`,
      "--unsafe-no-fsync", // the store is thrown away
    ],
    ready: `${at(ports.etcd)}/health`,
    log: join(folder, "etcd.log"),
  });
  const server = describeService({
    name: "kube-apiserver",
    program: programs["kube-apiserver"],
    args: [
      `--etcd-servers=${at(ports.etcd)}`,
      `--secure-port=${ports.api}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1", // what its certificate is for
      "--endpoint-reconciler-type=none", // nobody looks for it
      `--cert-dir=${join(folder, "certificates")}`, // it makes one
      "--authorization-mode=AlwaysAllow",
      "--anonymous-auth=false",
      `--token-auth-file=${tokens}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      ...flags,
    ],
    ready: `tcp://127.0.0.1:${ports.api}`,
    log: join(folder, "kube-apiserver.log"),
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await etcd.stop();
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    await etcd.start();
    await server.start();
    const certificate = join(folder, "certificates", "apiserver.crt");
    await until("its certificate", () => existsSync(certificate));
    const api = talkTo({ port: ports.api, token, ca: readFileSync(certificate, "utf8") });
    await until("readyz", async () => isTaken(await api.get("/readyz")));
    const { body } = await api.get("/version");
    return { api, version: String(body["gitVersion"]), stop };
  } catch (error) {
    const said = server.log().split("\n").slice(-20).join("\n");
    await stop();
    throw new Error(`the API server did not start: ${String(error)}\n${said}`, { cause: error });
  }
}

/** Asks until it is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${READY_WITHIN_MS / 1000} s for ${what}`);
    await pause(100);
  }
}
