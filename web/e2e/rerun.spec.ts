import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

const KEY = process.env.HOLDFAST_API_KEY ?? "";
const PICTURES = process.env.HOLDFAST_E2E_PICTURES;
const DEFINITION = {
  format: 1,
  name: "Order sync",
  nodes: [
    { id: "fetch", type: "core.set@1", name: "Fetch", config: { values: { order: "{{ input.id }}" } } },
    { id: "send", type: "core.fail@1", name: "Send", config: { name: "Refused", message: "not today" } },
  ],
  edges: [{ source: "fetch", target: "send" }],
  settings: { business_key: "order {{ input.id }}" },
};

async function picture(page: Page, name: string) {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

async function expectNothingSerious(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test("a failed run is found, run again from what failed, and its family is shown", async ({
  page,
  request,
}) => {
  const headers = { Authorization: `Bearer ${KEY}` };
  const made = await request.post("/api/v1/workflows", { headers, data: { definition: DEFINITION } });
  const workflow = await made.json();
  await request.post(`/api/v1/workflows/${workflow.id}/publish`, { headers });
  const started = await request.post(`/api/v1/workflows/${workflow.id}/runs?wait=30`, {
    headers,
    data: { input: { id: 4711 } },
  });
  const run = await started.json();
  expect(run.status).toBe("failed");

  await page.goto("/");
  await page.getByLabel("API key").fill(KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Runs", exact: true }).first().click();
  await page.getByRole("searchbox", { name: "Search runs" }).fill("4711 today");
  await expect(page.getByRole("link", { name: run.id.split("-").pop()?.slice(-10) ?? "" })).toBeVisible();
  await picture(page, "runs-searched");

  await page.goto(`/runs/${run.id}`);
  await page.getByRole("button", { name: "Run again" }).click();
  const dialog = page.getByRole("dialog", { name: "Run again" });
  await expect(dialog.getByRole("radio", { name: /From what failed/ })).toBeChecked();
  await expectNothingSerious(page);
  await picture(page, "rerun-dialog");
  await dialog.getByRole("button", { name: "Run again" }).click();

  await expect(page.getByText("Repeats")).toBeVisible();
  await expect(page.locator("[data-run-status=failed]")).toBeVisible();
  await page.locator('[data-node-id="fetch"]').click();
  await expect(page.getByText("reused", { exact: true })).toBeVisible();
  await picture(page, "rerun");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Input and output" }).click();
  await page.getByRole("tab", { name: "Reruns" }).click();
  await expect(page.getByText("from failed", { exact: true })).toBeVisible();
  await expectNothingSerious(page);
  await picture(page, "rerun-family");
});
