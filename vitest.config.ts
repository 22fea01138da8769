import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/homes/**", "test/stack/**"],
    environment: "node",
    // Most of the time is spent waiting for other processes.
    maxWorkers: 2,
    // Providers, propagators and the context manager of OpenTelemetry, and our patches on the SDK's prototypes, are
    // global to a process: every file gets a process of its own.
    pool: "forks",
    isolate: true,
    // On a bare clone the first test that needs an SDK, an OpenTelemetry line or a Node installs it; programs that hang
    // are ended much earlier, by whoever starts them.
    testTimeout: 150_000,
    hookTimeout: 150_000,
    tags: [
      {
        name: "slow",
        description:
          "Installs packages or starts many processes. `npx vitest run --tagsFilter='!slow'` leaves these out.",
        timeout: 180_000,
      },
    ],
  },
});
