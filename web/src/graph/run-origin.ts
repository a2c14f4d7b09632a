/** Whether a run has been run elsewhere: it is read only. */
export function cameInBundle(trigger: unknown): boolean {
  return typeof trigger === "object" && trigger !== null && (trigger as { kind?: unknown }).kind === "bundle";
}
