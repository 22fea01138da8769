// Five equal MCP servers, the two services that they ask, and the clients that use them.
import { fileURLToPath } from "node:url";
import { PRELOAD, program, type Told } from "../cast.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const PLAIN = ["--require", here("../../../examples/demo/plain-telemetry.cjs")];
const TRACES_ONLY = { OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" };
const NAMES = ["shop-br", "shop-de", "shop-in", "shop-jp", "shop-us"] as const;

export interface Shops {
  /** Told what to do on stdin: see test/fixtures/drill/partner.cjs. */
  readonly payments: Told;
  readonly carrier: Told;
  keyOf(shop: (typeof NAMES)[number]): string;
  output(): string;
  stop(): Promise<void>;
}

export async function startShops(endpoint: string): Promise<Shops> {
  const as = (service: string): Record<string, string> => ({
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: "5000",
  });
  const started: Told[] = [];
  const start = (words: readonly string[], env: Readonly<Record<string, string>>): Told => {
    const told = program(words, env);
    started.push(told);
    return told;
  };
  const urlOf = async (told: Told): Promise<string> => (await told.says(/ on (http:\S+)/))[1] ?? "";
  const partner = (name: string): Told =>
    start([...PLAIN, here("../../fixtures/drill/partner.cjs")], { ...as(name), ...TRACES_ONLY });
  const keyOf = (shop: string): string => `key-of-${shop}`;

  const [payments, carrier] = [partner("payments"), partner("carrier")];
  const urls = { PAYMENTS_URL: await urlOf(payments), CARRIER_URL: await urlOf(carrier) };
  const shops = NAMES.map((name) =>
    start([...PRELOAD, here("../../fixtures/drill/shop.mjs")], {
      ...as(name),
      ...urls,
      PAYMENTS_KEY: keyOf(name),
    }),
  );
  start([...PRELOAD, here("../../fixtures/drill/customers.mjs")], {
    ...as("customers"),
    SHOPS: JSON.stringify(await Promise.all(shops.map(urlOf))),
  });
  return {
    payments,
    carrier,
    keyOf,
    output: () => started.map((told) => told.output()).join("\n"),
    async stop() {
      for (const told of started.toReversed()) await told.stop();
    },
  };
}
