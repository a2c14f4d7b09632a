import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FolderOpen } from "lucide-react";
import { useRef } from "react";
import { useNavigate } from "react-router";
import { openBundle } from "@/api/exports";
import { runKeys } from "@/api/runs";
import { IconButton } from "@/ui/button";
import { Modal } from "@/ui/modal";
import { ProblemNote } from "@/ui/problem-note";

/** Shows a run that another installation has exported. */
export function OpenBundle() {
  const field = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const open = useMutation({
    mutationFn: openBundle,
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: runKeys.all });
      navigate(`/runs/${id}`);
    },
  });
  return (
    <>
      <IconButton
        label={open.isPending ? "Opening…" : "Open a bundle of another installation"}
        disabled={open.isPending}
        onClick={() => field.current?.click()}
      >
        <FolderOpen aria-hidden className="size-4" />
      </IconButton>
      <input
        ref={field}
        type="file"
        accept=".zip,application/zip"
        aria-label="A bundle to open"
        className="hidden"
        onChange={({ target }) => {
          const file = target.files?.[0];
          target.value = "";
          if (file) open.mutate(file);
        }}
      />
      {open.error ? (
        <Modal title="The bundle can't be opened" onClose={open.reset}>
          <div className="p-4">
            <ProblemNote error={open.error} />
          </div>
        </Modal>
      ) : null}
    </>
  );
}
