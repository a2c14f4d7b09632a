import { queryOptions } from "@tanstack/react-query";
import { answered, client } from "./client";
import type { components } from "./schema.gen";

export type NotificationRule = components["schemas"]["RuleView"];
export type RuleBody = components["schemas"]["RuleBody"];

/** Which failures are told, and by which workflow. */
export const rulesQuery = queryOptions({
  queryKey: ["notification-rules"],
  queryFn: async ({ signal }) => (await answered(client.GET("/api/v1/notification-rules", { signal }))).items,
});

export function createRule(body: RuleBody): Promise<NotificationRule> {
  return answered(client.POST("/api/v1/notification-rules", { body }));
}

export function changeRule({ id, ...body }: NotificationRule): Promise<NotificationRule> {
  return answered(
    client.PUT("/api/v1/notification-rules/{rule_id}", { params: { path: { rule_id: id } }, body }),
  );
}

export function removeRule(id: string): Promise<unknown> {
  return answered(
    client.DELETE("/api/v1/notification-rules/{rule_id}", { params: { path: { rule_id: id } } }),
  );
}
