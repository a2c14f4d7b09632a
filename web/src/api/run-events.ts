import type { RunEvent } from "@/graph/live-run";
import { noteAnswer } from "./connection";
import { EventStreamParser, type Frame } from "./event-stream";
import { currentSession, refuseSession } from "./session";

export type Following = {
  runId: string;
  after: number;
  signal: AbortSignal;
  onEvents: (events: RunEvent[]) => void;
  onState: (state: "live" | "reconnecting" | "refused") => void;
};

const SHORTEST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** A stream that says nothing for so long is opened anew: a dead connection makes no sound. */
const SILENCE = 60_000;
const BATCH = 50;

/**
 * Follows a run's events until its end: read by fetch, since EventSource cannot send the key, and
 * resumed with `Last-Event-ID` after every break.
 */
export async function followRun(following: Following): Promise<void> {
  const { signal, onState } = following;
  let pause = SHORTEST_PAUSE;
  let last = following.after;
  while (!signal.aborted) {
    const outcome = await readOnce(following, last);
    if (outcome.state === "end" || signal.aborted) return;
    if (outcome.state === "refused") return onState("refused");
    if (outcome.last > last) pause = SHORTEST_PAUSE;
    last = outcome.last;
    onState("reconnecting");
    await sleep(pause * (0.75 + Math.random() / 2), signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

type Outcome = { state: "end" | "broken" | "refused"; last: number };

async function readOnce(following: Following, after: number): Promise<Outcome> {
  const { signal } = following;
  const attempt = new AbortController();
  const stop = () => attempt.abort();
  signal.addEventListener("abort", stop, { once: true });
  const batch = new Batch(following.onEvents, after);
  try {
    const response = await open(following.runId, after, attempt.signal);
    if (response.status === 401) refuseSession(currentSession().key ?? "");
    if (response.status >= 400 && response.status < 500) return { state: "refused", last: after };
    if (!response.ok || !response.body) return { state: "broken", last: after };
    noteAnswer();
    following.onState("live");
    const ended = await drain(response.body, batch, stop);
    return { state: ended ? "end" : "broken", last: batch.last };
  } catch {
    return { state: "broken", last: batch.last };
  } finally {
    batch.flush();
    signal.removeEventListener("abort", stop);
    attempt.abort();
  }
}

function open(runId: string, after: number, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: "text/event-stream",
    Authorization: `Bearer ${currentSession().key ?? ""}`,
  };
  if (after > 0) headers["Last-Event-ID"] = String(after);
  return fetch(new URL(`/api/v1/runs/${encodeURIComponent(runId)}/events`, location.origin), {
    headers,
    signal,
    cache: "no-store",
  });
}

/** True when the run's end was read. */
async function drain(body: ReadableStream<Uint8Array>, batch: Batch, giveUp: () => void): Promise<boolean> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventStreamParser();
  let timer = setTimeout(giveUp, SILENCE);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return false;
      clearTimeout(timer);
      timer = setTimeout(giveUp, SILENCE);
      for (const frame of parser.push(decoder.decode(value, { stream: true }))) {
        const event = eventOf(frame);
        if (event) batch.add(event);
        if (event?.event === "end") return true;
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

function eventOf(frame: Frame): RunEvent | null {
  try {
    const body = JSON.parse(frame.data) as RunEvent;
    const seq = typeof body.seq === "number" ? body.seq : Number(frame.id);
    return Number.isFinite(seq) ? { ...body, seq, event: frame.event } : null;
  } catch {
    return null;
  }
}

/** Gathers events for a moment, so that a burst of a thousand draws the page a few times only. */
class Batch {
  last: number;
  private waiting: RunEvent[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly deliver: (events: RunEvent[]) => void;

  constructor(deliver: (events: RunEvent[]) => void, last: number) {
    this.deliver = deliver;
    this.last = last;
  }

  add(event: RunEvent): void {
    this.waiting.push(event);
    this.last = Math.max(this.last, event.seq);
    this.timer ??= setTimeout(() => this.flush(), BATCH);
  }

  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.waiting.length > 0) this.deliver(this.waiting.splice(0));
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
