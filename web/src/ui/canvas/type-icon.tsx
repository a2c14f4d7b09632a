import {
  Box,
  Circle,
  CircleStop,
  Globe,
  type LucideIcon,
  Merge,
  OctagonX,
  PencilLine,
  Split,
  Waypoints,
} from "lucide-react";

const ICONS: Record<string, LucideIcon> = {
  "core.http_request": Globe,
  "core.if": Split,
  "core.switch": Waypoints,
  "core.set": PencilLine,
  "core.merge": Merge,
  "core.noop": Circle,
  "core.fail": OctagonX,
  "core.stop": CircleStop,
};

export function TypeIcon({ type }: { type: string }) {
  const Icon = ICONS[type.replace(/@.*$/, "")] ?? Box;
  return <Icon aria-hidden className="size-4 shrink-0 text-muted" />;
}
