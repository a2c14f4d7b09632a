/** The end of a run's id tells it from others; before it stand the workspace and the time. */
export function shortId(id: string): string {
  return id.slice(-10);
}
