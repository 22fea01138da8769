import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly server: { readonly certificate: string; readonly key: string };
  readonly client: { readonly certificate: string; readonly key: string };
}

export const HAS_OPENSSL = spawnSync("openssl", ["version"]).status === 0;

/** A CA, and certificates that it signed for a server on this machine and for one client of it. Valid for a day. */
export function makeCertificates(folder: string): Certificates {
  const file = (name: string): string => join(folder, name);
  const openssl = (...words: string[]): void => {
    const { status, stderr } = spawnSync("openssl", words, { encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl ${words.join(" ")}: ${stderr}`);
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    file("ca.key"),
    "-out",
    file("ca.crt"),
    "-days",
    "1",
    "-subj",
    "/CN=test CA",
  );

  const signed = (name: string, extensions: string) => {
    openssl(
      "req",
      ...newKey,
      "-keyout",
      file(`${name}.key`),
      "-out",
      file(`${name}.csr`),
      "-subj",
      `/CN=${name}`,
    );
    writeFileSync(file(`${name}.ext`), extensions);
    const by = ["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "1"];
    openssl(
      "x509",
      "-req",
      "-in",
      file(`${name}.csr`),
      ...by,
      "-extfile",
      file(`${name}.ext`),
      "-out",
      file(`${name}.crt`),
    );
    return { certificate: file(`${name}.crt`), key: file(`${name}.key`) };
  };
  return {
    ca: file("ca.crt"),
    server: signed("server", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"),
    client: signed("client", "extendedKeyUsage=clientAuth\n"),
  };
}
