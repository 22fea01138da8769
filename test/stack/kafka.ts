// A broker for the tests: Apache Kafka's own jars from Maven, one node that is broker and controller (KRaft).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fresh } from "./back-ends.ts";
import { CACHE } from "./pins.ts";
import { freePorts } from "../support/ports.ts";
import { describeService, type Service } from "./service.ts";

const POM = fileURLToPath(new URL("kafka/pom.xml", import.meta.url));
/** Kafka 4 requires it: https://kafka.apache.org/documentation/#java */
const JAVA = 17;
const MAVEN_MS = 300_000;
/** Any will do; it only has to be the same for all nodes of a cluster. */
const CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qk";

/** The folder with the jars. */
export interface KafkaJars {
  readonly jars: string;
}

/** The jars, from the cache or else from Maven; or the reason why there are none. */
export function kafkaJars(tell: (line: string) => void): KafkaJars | string {
  const java = /version "(\d+)/.exec(output("java", "-version"))?.[1];
  if (java === undefined || Number(java) < JAVA)
    return `Kafka needs Java ${JAVA} or later, and this machine has ${java === undefined ? "none" : `Java ${java}`}`;
  const hash = createHash("sha256").update(readFileSync(POM)).digest("hex").slice(0, 16);
  const jars = join(CACHE, `kafka-${hash}`);
  if (existsSync(jars)) return { jars };
  if (!output("mvn", "-version").includes("Apache Maven"))
    return "Kafka's jars come from Maven, and there is no mvn";
  tell(`fetching Kafka's jars (once; kept in ${jars})`);
  const workshop = `${jars}.${process.pid}`;
  mkdirSync(workshop, { recursive: true });
  const words = [
    "-B",
    "-q",
    "-f",
    POM,
    "dependency:copy-dependencies",
    `-DoutputDirectory=${workshop}`,
    "-DincludeScope=runtime",
  ];
  const { status, stdout, stderr } = spawnSync("mvn", words, { encoding: "utf8", timeout: MAVEN_MS });
  if (status === 0 && !existsSync(jars)) renameSync(workshop, jars);
  rmSync(workshop, { recursive: true, force: true });
  return status === 0 ? { jars } : `Maven did not bring Kafka's jars: ${`${stdout}${stderr}`.slice(-500)}`;
}

export interface Kafka extends Service {
  /** As the Collector's files take it. */
  readonly brokers: string;
}

/** Described, not started; its data survives a restart. */
export async function kafka({ jars }: KafkaJars, folder: string): Promise<Kafka> {
  const port = await freePorts("broker", "controller");
  const home = fresh(folder, "kafka");
  const properties = join(home, "server.properties");
  writeFileSync(properties, propertiesOf(port, join(home, "data")));
  const classPath = ["-Xmx384m", "-cp", join(jars, "*")];
  const format = ["kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID, "-c", properties];
  const { status, stderr } = spawnSync("java", [...classPath, ...format], { encoding: "utf8" });
  if (status !== 0) throw new Error(`Kafka's storage was not made: ${stderr}`);
  const service = describeService({
    name: "kafka",
    program: "java",
    args: [...classPath, "kafka.Kafka", properties],
    ready: `tcp://127.0.0.1:${port.broker}`,
    log: join(folder, "kafka.log"),
  });
  return { ...service, brokers: `[127.0.0.1:${port.broker}]` };
}

/** https://kafka.apache.org/documentation/#brokerconfigs */
function propertiesOf(port: { broker: number; controller: number }, data: string): string {
  return Object.entries({
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.bootstrap.servers": `127.0.0.1:${port.controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port.broker},CONTROLLER://127.0.0.1:${port.controller}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port.broker}`,
    "controller.listener.names": "CONTROLLER",
    "log.dirs": data,
    "num.partitions": 4,
    // One node: nothing can be copied to another.
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

function output(command: string, ...words: string[]): string {
  const { stdout, stderr } = spawnSync(command, words, { encoding: "utf8" });
  return `${stdout ?? ""}${stderr ?? ""}`;
}
