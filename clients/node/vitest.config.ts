import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { globalSetup: "./src/vitest.ts", include: ["tests/*.test.ts"], testTimeout: 30_000 },
});
