import { infiniteQueryOptions } from "@tanstack/react-query";
import { answered, client } from "./client";
import type { components } from "./schema.gen";

export type Failure = components["schemas"]["FailureView"];
export type FailureState = Failure["state"];
export type Decision = "resolve" | "ignore" | "reopen";

export const failureKeys = { all: ["failures"] as const };
const LOOK_AGAIN = 5_000;

/** Failed runs, the same failures together, the one that was seen last first. */
export function failuresQuery(states: FailureState[]) {
  return infiniteQueryOptions({
    queryKey: [...failureKeys.all, states],
    queryFn: ({ pageParam, signal }) =>
      answered(
        client.GET("/api/v1/failures", {
          params: { query: { limit: 50, cursor: pageParam, state: states } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: LOOK_AGAIN,
  });
}

export function decideFailure(fingerprint: string, decision: Decision): Promise<Failure> {
  return answered(
    client.POST("/api/v1/failures/{fingerprint}/{decision}", { params: { path: { fingerprint, decision } } }),
  );
}
