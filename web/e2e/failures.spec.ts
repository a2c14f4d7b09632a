import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

const KEY = process.env.HOLDFAST_API_KEY ?? "";
const PICTURES = process.env.HOLDFAST_E2E_PICTURES;
const NAME = `Refunds ${Date.now()}`;
const DEFINITION = {
  format: 1,
  name: NAME,
  nodes: [
    {
      id: "send",
      type: "core.fail@1",
      name: "Send",
      config: { name: "Refused", message: "refund {{ input.id }} is not possible" },
    },
  ],
};

async function picture(page: Page, name: string) {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

async function expectNothingSerious(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test("two runs that fail alike are one failure, run again together and resolved", async ({
  page,
  request,
}) => {
  const headers = { Authorization: `Bearer ${KEY}` };
  const made = await request.post("/api/v1/workflows", { headers, data: { definition: DEFINITION } });
  const workflow = await made.json();
  await request.post(`/api/v1/workflows/${workflow.id}/publish`, { headers });
  for (const id of [4711, 4712]) {
    const started = await request.post(`/api/v1/workflows/${workflow.id}/runs?wait=30`, {
      headers,
      data: { input: { id } },
    });
    expect((await started.json()).status).toBe("failed");
  }

  await page.goto("/");
  await page.getByLabel("API key").fill(KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Failures", exact: true }).first().click();
  const row = page.getByRole("row").filter({ hasText: NAME });
  await expect(row).toHaveCount(1);
  await expect(row.getByRole("link", { name: "2", exact: true })).toBeVisible();
  await expectNothingSerious(page);
  await picture(page, "failures");

  await row.getByRole("button", { name: "Run again…" }).click();
  const dialog = page.getByRole("dialog", { name: `Run again what failed in ${NAME}` });
  await dialog.getByRole("button", { name: "Run 2 runs again" }).click();
  await expect(dialog.getByText("2 runs begun again.")).toBeVisible();
  await picture(page, "failures-rerun");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(row.getByRole("link", { name: "4", exact: true })).toBeVisible();

  await row.getByRole("link", { name: "4", exact: true }).click();
  await expect(page.getByText("Of one failure")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: NAME })).toHaveCount(4);
  await expectNothingSerious(page);
  await picture(page, "runs-filtered");

  await page.goBack();
  await row.getByRole("button", { name: "Resolve" }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole("combobox", { name: "Show" }).selectOption("resolved");
  await expect(row).toHaveCount(1);
});
