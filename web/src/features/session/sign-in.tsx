import { type FormEvent, useState } from "react";
import { answered, client } from "@/api/client";
import { asProblem } from "@/api/problem";
import { beginSession } from "@/api/session";
import { Button } from "@/ui/button";
import { ProblemNote } from "@/ui/problem-note";

/** The way in: an API key, tried on the server before it is kept for this tab. */
export function SignIn({ refused }: { refused: boolean }) {
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const wrong = error !== null && asProblem(error).status === 401;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await tryKey(key.trim());
      beginSession(key.trim());
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <main className="flex h-full items-start justify-center overflow-auto px-4 pt-[16vh] pb-8">
      <form onSubmit={submit} className="w-full max-w-sm space-y-4" aria-labelledby="sign-in-title">
        <div className="flex items-center gap-2.5">
          <img src="/favicon.svg" alt="" className="size-7" />
          <h1 id="sign-in-title" className="font-semibold text-lg">
            Sign in to Holdfast
          </h1>
        </div>
        {refused && !error ? (
          <p role="alert" className="rounded-md border border-line bg-amber-wash px-3 py-2 text-amber">
            The server no longer takes your key. Sign in again.
          </p>
        ) : null}
        <label className="block space-y-1">
          <span className="font-medium text-base">API key</span>
          <input
            // biome-ignore lint/a11y/noAutofocus: the only thing to do on this page
            autoFocus
            type="password"
            name="key"
            autoComplete="current-password"
            spellCheck={false}
            value={key}
            onChange={(event) => setKey(event.target.value)}
            aria-invalid={wrong}
            aria-describedby={wrong ? "key-wrong" : "key-help"}
            className="h-9 w-full rounded-md border border-line-strong bg-page px-2.5 font-mono text-base aria-invalid:border-red"
          />
        </label>
        {wrong ? (
          <p id="key-wrong" role="alert" className="text-red">
            This key is not valid here. Check that it is whole and belongs to this installation.
          </p>
        ) : null}
        {error && !wrong ? <ProblemNote error={error} /> : null}
        <Button
          type="submit"
          look="primary"
          disabled={busy || key.trim() === ""}
          className="h-9 w-full text-base"
        >
          {busy ? "Signing in…" : "Sign in"}
        </Button>
        <details id="key-help" className="text-muted">
          <summary className="text-accent-text hover:underline">How do I get a key?</summary>
          <p className="mt-2">
            Start Holdfast with the environment variable <Code>HOLDFAST_BOOTSTRAP_API_KEY</Code> set to a
            secret of at least 32 characters. That secret is the owner's key. The key stays in this tab and is
            forgotten when you close it.
          </p>
        </details>
      </form>
    </main>
  );
}

function Code({ children }: { children: string }) {
  return <code className="font-mono text-ink text-xs [overflow-wrap:anywhere]">{children}</code>;
}

async function tryKey(key: string): Promise<void> {
  await answered(
    client.GET("/api/v1/workflows", {
      params: { query: { limit: 1 } },
      headers: { Authorization: `Bearer ${key}` },
    }),
  );
}
