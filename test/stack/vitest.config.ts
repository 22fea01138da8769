import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/stack/**/*.test.ts"],
    globalSetup: ["test/stack/global-setup.ts"],
    environment: "node",
    pool: "forks",
    // Each file has its own servers, and four of them with their clients are the limit of a small machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
