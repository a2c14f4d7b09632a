import type { Finding } from "./types";

/** An answer that is not the wanted one, or no answer at all: always with a title that a person can read. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string | null;
  readonly code: string | null;
  readonly findings: Finding[];

  constructor(
    status: number,
    title: string,
    detail: string | null,
    code: string | null,
    findings: Finding[],
  ) {
    super(detail ? `${title}: ${detail}` : title);
    this.name = "ApiProblem";
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.code = code;
    this.findings = findings;
  }
}

/** Reads problem+json; whatever else stands in the way (a proxy's page, nothing) still gets a title. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const { title, detail, code, findings } =
    typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  return new ApiProblem(
    status,
    typeof title === "string" && title ? title : `The server answered ${status}`,
    typeof detail === "string" && detail ? detail : null,
    typeof code === "string" ? code : null,
    Array.isArray(findings) ? (findings as Finding[]) : [],
  );
}

export function unreachable(): ApiProblem {
  return new ApiProblem(
    0,
    "The server cannot be reached",
    "Check that it runs and that you are connected.",
    null,
    [],
  );
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(0, "Something went wrong", error instanceof Error ? error.message : null, null, []);
}
