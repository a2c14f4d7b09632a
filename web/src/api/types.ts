import type { RunStatus } from "@/graph/status";
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Finding = Schemas["FindingView"];
export type Workflow = Schemas["WorkflowView"];
export type WorkflowItem = Schemas["WorkflowItem"];
export type Version = Schemas["VersionView"];
/** The document leaves the status open; the contract does not. */
export type Run = Omit<Schemas["RunView"], "status"> & { status: RunStatus };
export type RunPage = { items: Run[]; next_cursor: string | null };
