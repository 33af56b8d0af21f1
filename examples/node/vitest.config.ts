import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { globalSetup: "deck-sim-client/vitest", silent: "passed-only" },
});
