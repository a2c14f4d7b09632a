import { defineConfig } from "@playwright/test";

/** Runs against a product that is up: HOLDFAST_URL and HOLDFAST_API_KEY say which. */
export default defineConfig({
  testDir: "e2e",
  timeout: 60_000,
  expect: { timeout: 20_000 },
  workers: 1,
  use: {
    baseURL: process.env.HOLDFAST_URL ?? "http://127.0.0.1:8700",
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.HOLDFAST_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
