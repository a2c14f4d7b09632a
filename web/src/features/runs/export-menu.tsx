import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ExportFormat, exportRun } from "@/api/exports";
import { Button } from "@/ui/button";
import { ProblemNote } from "@/ui/problem-note";

const FORMATS: { id: ExportFormat; name: string; hint: string }[] = [
  { id: "markdown", name: "Report", hint: "Markdown: the cause first, then what happened" },
  { id: "json", name: "JSON", hint: "Everything that is recorded, with the plan" },
  { id: "bundle", name: "Bundle", hint: "One file that another installation opens; of a run that has ended" },
];

/** The run as a file to keep or to send. */
export function ExportMenu({ runId, ended = false }: { runId: string; ended?: boolean }) {
  const load = useMutation({ mutationFn: (format: ExportFormat) => exportRun(runId, format) });
  return (
    <>
      <DropdownMenu.Root>
        <DropdownMenu.Trigger asChild>
          <Button disabled={load.isPending}>
            <Download aria-hidden className="size-3.5" />
            {load.isPending ? "Exporting…" : "Export"}
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={4}
            className="z-50 w-72 animate-appear rounded-lg border border-line-strong bg-raised p-1 shadow-xl"
          >
            {FORMATS.map(({ id, name, hint }) => (
              <DropdownMenu.Item
                key={id}
                disabled={id === "bundle" && !ended}
                onSelect={() => load.mutate(id)}
                className="cursor-pointer select-none rounded px-2 py-1.5 outline-none data-[highlighted]:bg-hover data-[disabled]:opacity-50"
              >
                {name}
                <span className="block text-muted text-xs">{hint}</span>
              </DropdownMenu.Item>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {load.error ? <ProblemNote error={load.error} /> : null}
    </>
  );
}
