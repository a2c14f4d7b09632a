import { useEffect } from "react";
import { type BlockerFunction, useBlocker } from "react-router";
import { Button } from "@/ui/button";
import { Modal } from "@/ui/modal";

/** Asks before unsaved changes are left behind. */
export function LeaveGuard({ active }: { active: boolean }) {
  const leaves: BlockerFunction = ({ currentLocation, nextLocation }) =>
    active && currentLocation.pathname !== nextLocation.pathname && nextLocation.state?.saved !== true;
  const blocker = useBlocker(leaves);

  useEffect(() => {
    if (!active) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [active]);

  if (blocker.state !== "blocked") return null;
  return (
    <Modal title="Leave without saving?" onClose={() => blocker.reset()}>
      <p className="px-4 py-3">The definition has changes that are not saved.</p>
      <footer className="flex justify-end gap-2 border-line border-t px-4 py-3">
        <Button onClick={() => blocker.proceed()}>Leave</Button>
        <Button look="primary" onClick={() => blocker.reset()}>
          Stay
        </Button>
      </footer>
    </Modal>
  );
}
