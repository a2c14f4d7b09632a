import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

const KEY = process.env.HOLDFAST_API_KEY ?? "";
const SLOW_SERVICE = process.env.HOLDFAST_E2E_SLOW_SERVICE ?? "";
const PICTURES = process.env.HOLDFAST_E2E_PICTURES;

async function signIn(page: Page) {
  await page.goto("/");
  await page.getByLabel("API key").fill(KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Workflows" })).toBeVisible();
}

async function picture(page: Page, name: string) {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

async function expectNothingSerious(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

const node = (page: Page, id: string) => page.locator(`[data-node-id="${id}"]`);

test("a wrong key is refused with words", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("API key").fill("not-a-key");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("not valid");
  await expectNothingSerious(page);
});

test("a workflow is made, published, run and watched live", async ({ page }) => {
  await signIn(page);
  await page.getByRole("link", { name: "New workflow" }).first().click();
  const definition = {
    format: 1,
    name: "Slow service",
    nodes: [
      { id: "ask", type: "core.http_request@1", name: "Ask", config: { url: SLOW_SERVICE } },
      { id: "again", type: "core.http_request@1", name: "Ask again", config: { url: SLOW_SERVICE } },
      { id: "good", type: "core.if@1", name: "Good?", config: { condition: "{{ nodes.again.body.ok }}" } },
      { id: "yes", type: "core.set@1", name: "Yes", config: { values: { answer: "it is good" } } },
      { id: "no", type: "core.noop@1", name: "No" },
    ],
    edges: [
      { source: "ask", target: "again" },
      { source: "again", target: "good" },
      { source: "good", source_port: "true", target: "yes" },
      { source: "good", source_port: "false", target: "no" },
    ],
  };
  await page.getByLabel("Definition as JSON").fill(JSON.stringify(definition, null, 2));
  await expect(page.getByText("Nothing is wrong.")).toBeVisible();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  const confirm = page.getByRole("dialog").getByRole("button", { name: "Publish" });
  await confirm.click({ timeout: 3_000 }).catch(() => undefined);
  await expect(page.getByText(/v1/).first()).toBeVisible();
  await picture(page, "workflow");
  await expectNothingSerious(page);

  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Run", exact: true }).click();
  await expect(node(page, "ask")).toHaveAttribute("data-status", "running");
  await expect(node(page, "again")).toHaveAttribute("data-status", "running");
  await expect(node(page, "ask")).toHaveAttribute("data-status", "succeeded");
  await expect(node(page, "yes")).toHaveAttribute("data-status", "succeeded");
  await expect(node(page, "no")).toHaveAttribute("data-status", "skipped");

  await expect(page.getByRole("link", { name: "Open in Temporal" })).toHaveAttribute("href", /\/workflows\//);
  await picture(page, "run");
  await node(page, "yes").click();
  await expect(page.getByText("it is good").first()).toBeVisible();
  await expect(node(page, "yes")).toBeInViewport();
  await picture(page, "node");
  await expectNothingSerious(page);
  await page.getByRole("tab", { name: "Timeline" }).click();
  await picture(page, "timeline");
  await page.getByRole("tablist", { name: "Views of the run" }).getByRole("tab", { name: "Log" }).click();
  await picture(page, "log");
});

test("an expression that can not work is found while typing and keeps the draft from being published", async ({
  page,
}) => {
  await signIn(page);
  await page.getByRole("link", { name: "New workflow" }).first().click();
  const wrong = {
    format: 1,
    name: "Wrong",
    nodes: [{ id: "a", type: "core.set@1", config: { values: { x: "{{ nodes.b.y }}" } } }],
  };
  await page.getByLabel("Definition as JSON").fill(JSON.stringify(wrong));
  await expect(page.getByText('there is no node "b"')).toBeVisible();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("button", { name: "Publish", exact: true })).toBeDisabled();
  await picture(page, "findings");
});

test("every page fits a small window in dark", async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await page.emulateMedia({ colorScheme: "dark" });
  await signIn(page);
  await picture(page, "workflows-dark");
  await expectNothingSerious(page);
  for (const [path, name] of [
    ["/runs", "Runs"],
    ["/runs?status=failed&min_seconds=0", "Runs"],
    ["/failures", "Failures"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
    await picture(page, `${name.toLowerCase()}${path.length > 10 ? "-filtered" : ""}-dark`);
    await expectNothingSerious(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(wide).toBe(false);
  }
  await page.getByRole("button", { name: "Notifications" }).click();
  await expect(page.getByRole("dialog", { name: "Notifications" })).toBeVisible();
  await expect(page.getByRole("dialog", { name: "Notifications" })).toHaveCSS("opacity", "1");
  await picture(page, "notifications-dark");
  await expectNothingSerious(page);
});
