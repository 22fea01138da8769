import { defineConfig } from "vitest/config";
import { patience } from "./test/support/patience.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/homes/**", "test/stack/**"],
    globalSetup: ["test/support/global-setup.ts"],
    environment: "node",
    // Most of the time is spent waiting for other processes.
    maxWorkers: 2,
    // Providers, propagators and the context manager of OpenTelemetry, and our patches on the SDK's prototypes, are
    // global to a process: every file gets a process of its own.
    pool: "forks",
    isolate: true,
    // Nothing here is a measurement: programs that hang are ended earlier, by the function that starts them.
    testTimeout: patience(40_000),
    hookTimeout: patience(40_000),
    tags: [
      {
        name: "proof",
        description:
          "Repeats what another test shows, for one more Node, OpenTelemetry line or logger, or takes a minute. `npm test` leaves it out, `npm run prove -- processes` runs it.",
      },
      {
        name: "slow",
        description: "Starts many processes. `npx vitest run --tagsFilter='!slow'` leaves these out.",
      },
    ],
  },
});
