/** The API key of this tab. It lives in the tab's session storage only and is gone when the tab is closed. */

const STORED = "holdfast.key";

type Session = { key: string | null; refused: boolean };

let session: Session = { key: sessionStorage.getItem(STORED), refused: false };
const listeners = new Set<() => void>();

function change(next: Session): void {
  session = next;
  if (next.key === null) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, next.key);
  for (const listener of listeners) listener();
}

export function currentSession(): Session {
  return session;
}

export function subscribeToSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function beginSession(key: string): void {
  change({ key, refused: false });
}

export function endSession(): void {
  change({ key: null, refused: false });
}

/** The server no longer takes the key that was just sent. */
export function refuseSession(key: string): void {
  if (session.key === key) change({ key: null, refused: true });
}
