import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { currentSession, subscribeToSession } from "@/api/session";
import { SignIn } from "@/features/session/sign-in";
import { Shell } from "./shell";

/** The frame for those who have signed in; the way in for the others, at whatever address they came to. */
export function Gate() {
  const queries = useQueryClient();
  const { key, refused } = useSyncExternalStore(subscribeToSession, currentSession);

  // What one key could see is not shown to the next.
  useEffect(() => {
    if (key === null) queries.clear();
  }, [key, queries]);

  return key === null ? <SignIn refused={refused} /> : <Shell />;
}
