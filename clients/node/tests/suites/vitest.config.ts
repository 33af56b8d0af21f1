import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { globalSetup: "./src/vitest.ts", include: ["tests/suites/failing.ts"] },
});
