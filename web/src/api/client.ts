import createClient, { type Middleware } from "openapi-fetch";
import { noteAnswer, noteSilence } from "./connection";
import { problemOf, unreachable } from "./problem";
import type { paths } from "./schema.gen";
import { currentSession, refuseSession } from "./session";

const guard: Middleware = {
  onRequest({ request }) {
    const { key } = currentSession();
    if (key && !request.headers.has("Authorization")) request.headers.set("Authorization", `Bearer ${key}`);
    return request;
  },
  onResponse({ request, response }) {
    noteAnswer();
    if (response.status === 401) refuseSession(sentKey(request));
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    noteSilence();
    return unreachable();
  },
};

function sentKey(request: Request): string {
  return request.headers.get("Authorization")?.replace(/^Bearer /, "") ?? "";
}

export const client = createClient<paths>({
  baseUrl: location.origin,
  // Looked up at each call, so that a test's double can stand in.
  fetch: (request) => globalThis.fetch(request),
});
client.use(guard);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of a good answer; anything else is thrown as an `ApiProblem`. */
export async function answered<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response.status, error);
  return data as T;
}
