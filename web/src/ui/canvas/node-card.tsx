import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { STATUS_WORDS } from "@/graph/status";
import { classes } from "../classes";
import { STATUS_COLOURS, StatusIcon } from "../status-mark";
import { type CardNode, portHeight } from "./scene";
import { TypeIcon } from "./type-icon";

const STRIPES = {
  pending: "bg-transparent",
  running: "bg-blue",
  waiting: "bg-violet",
  retrying: "bg-amber",
  succeeded: "bg-green",
  failed: "bg-red",
  skipped: "bg-transparent",
  cancelled: "bg-grey",
} as const;

/** One node of the canvas: icon, name, what it does, and in a run its status. */
export const NodeCard = memo(function NodeCard({ data }: NodeProps<CardNode>) {
  const { status } = data;
  const faint = data.disabled || status === "skipped";
  return (
    <div
      data-node-id={data.id}
      data-status={status ?? undefined}
      title={`${data.title}\n${data.summary}`}
      className={classes(
        "relative flex gap-2.5 rounded-lg border pr-2.5 pl-3.5",
        data.container
          ? "h-full w-full items-start bg-raised/40 pt-2"
          : "h-[56px] w-[200px] items-center bg-raised",
        data.chosen ? "border-accent-text ring-2 ring-accent-text/30" : "border-line-strong",
        faint && "border-dashed",
      )}
    >
      {status ? (
        <span
          className={classes(
            "absolute inset-y-[-1px] left-[-1px] w-[5px] rounded-l-lg transition-colors",
            STRIPES[status],
          )}
        />
      ) : null}
      <TypeIcon type={data.type} />
      <div className="min-w-0 flex-1">
        <div
          className={classes("truncate font-medium text-sm leading-[18px]", faint && "text-muted")}
          dir="auto"
        >
          {data.title}
        </div>
        <div className="truncate text-muted text-xs">
          {status ? (
            <StatusLine status={status} count={data.count} />
          ) : data.disabled ? (
            "Disabled"
          ) : (
            data.summary
          )}
        </div>
      </div>
      {status ? <StatusIcon status={status} className="size-4" /> : null}
      {data.entered ? <Handle type="target" id="in" position={Position.Left} isConnectable={false} /> : null}
      {data.ports.map((port, index) => (
        <Handle
          key={port}
          type="source"
          id={port}
          position={Position.Right}
          isConnectable={false}
          style={{ top: portHeight(index, data.ports.length, data.height) }}
        />
      ))}
    </div>
  );
});

function StatusLine({ status, count }: { status: keyof typeof STRIPES; count: number }) {
  return (
    <span className={STATUS_COLOURS[status]}>
      {STATUS_WORDS[status]}
      {count > 1 ? ` · ${count} times` : ""}
    </span>
  );
}
