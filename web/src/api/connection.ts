/** Whether the server answers. Only a bad state is ever shown. */

let lost = false;
let timer: ReturnType<typeof setTimeout> | null = null;
const listeners = new Set<() => void>();
const RETRY_AFTER = 3000;

export function connectionIsLost(): boolean {
  return lost;
}

export function subscribeToConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function noteAnswer(): void {
  change(false);
}

export function noteSilence(): void {
  change(true);
  if (timer === null) timer = setTimeout(knock, RETRY_AFTER);
}

async function knock(): Promise<void> {
  timer = null;
  try {
    await fetch(new URL("/api/v1/health/live", location.origin));
    noteAnswer();
  } catch {
    noteSilence();
  }
}

function change(next: boolean): void {
  if (lost === next) return;
  lost = next;
  for (const listener of listeners) listener();
}
