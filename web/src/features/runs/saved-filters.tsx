import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { removeFilter, savedFiltersQuery, saveFilter } from "@/api/run-filters";
import { filterOfQuery, type RunFilter } from "@/graph/run-query";
import { Button, IconButton } from "@/ui/button";
import { Modal } from "@/ui/modal";
import { ProblemNote } from "@/ui/problem-note";

type Props = { filter: RunFilter; onApply: (filter: RunFilter) => void };

/** Filters that are saved by name, for everybody in the workspace. */
export function SavedFilters({ filter, onApply }: Props) {
  const { data: saved = [] } = useQuery(savedFiltersQuery);
  const [naming, setNaming] = useState(false);
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: removeFilter,
    onSuccess: () => queries.invalidateQueries({ queryKey: savedFiltersQuery.queryKey }),
  });
  const now = JSON.stringify(filter);
  const current = saved.find(({ query }) => JSON.stringify(filterOfQuery(query)) === now);
  const narrows = Object.keys(filter).length > 0;
  return (
    <>
      {saved.length > 0 ? (
        <select
          aria-label="Saved filters"
          value={current?.id ?? ""}
          onChange={({ target }) => {
            const chosen = saved.find(({ id }) => id === target.value);
            onApply(chosen ? filterOfQuery(chosen.query) : {});
          }}
          className="h-7 max-w-44 rounded-md border border-line-strong bg-page px-2 text-ink text-sm"
        >
          <option value="">Saved filters</option>
          {saved.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      ) : null}
      {current ? (
        <IconButton
          label={`Delete the filter ${current.name}`}
          disabled={remove.isPending}
          onClick={() => remove.mutate(current.id)}
        >
          <Trash2 aria-hidden className="size-3.5" />
        </IconButton>
      ) : narrows ? (
        <Button look="quiet" onClick={() => setNaming(true)}>
          Save filter…
        </Button>
      ) : null}
      {remove.error ? <ProblemNote error={remove.error} /> : null}
      {naming ? <SaveDialog filter={filter} onClose={() => setNaming(false)} /> : null}
    </>
  );
}

function SaveDialog({ filter, onClose }: { filter: RunFilter; onClose: () => void }) {
  const [name, setName] = useState("");
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => saveFilter(name.trim(), filter),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: savedFiltersQuery.queryKey });
      onClose();
    },
  });
  return (
    <Modal title="Save this filter" description="Everybody in the workspace can use it." onClose={onClose}>
      <form
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <label className="flex items-center gap-2">
          <span className="text-muted">Name</span>
          <input
            value={name}
            maxLength={100}
            onChange={(event) => setName(event.target.value)}
            className="h-8 flex-1 rounded-md border border-line-strong bg-page px-2 text-ink"
          />
        </label>
        {save.error ? <ProblemNote error={save.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" type="submit" disabled={!name.trim() || save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
