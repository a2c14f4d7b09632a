import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem";

export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        // The browser's own idea of being online is wrong on a machine without a network and a local server.
        networkMode: "always",
        retry: (count, error) => isPassing(error) && count < 3,
        retryDelay: (count) => Math.min(500 * 2 ** count, 4_000),
      },
      mutations: { networkMode: "always" },
    },
  });
}

/** No answer, or a server that is starting or overloaded; a plain refusal stays one. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status === 429 || error.status >= 502);
}
