import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./button";

/** Copies a text; says so by its own icon and name for a moment. */
export function CopyButton({
  label,
  text,
  className,
}: {
  label: string;
  text: () => string;
  className?: string;
}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await putOnClipboard(text());
    setCopied(true);
    setTimeout(() => setCopied(false), 1200);
  };
  const Icon = copied ? Check : Copy;
  return (
    <IconButton label={copied ? "Copied" : label} onClick={copy} className={className}>
      <Icon aria-hidden className="size-3.5" />
    </IconButton>
  );
}

/** Also where the page has no secure context, as on a plain address of the local network. */
async function putOnClipboard(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
