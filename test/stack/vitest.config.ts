import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/stack/**/*.test.ts"],
    globalSetup: ["test/stack/global-setup.ts"],
    environment: "node",
    pool: "forks",
    // Each file has its own servers, and four of them with their clients are the limit of a small machine.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    tags: [
      {
        name: "long",
        description:
          "Waits for a minute, or shows for one more case what another test shows. .ci/run leaves these out, for it has not the time; `npm run prove -- stack` runs them.",
      },
    ],
  },
});
