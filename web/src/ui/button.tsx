import type { ButtonHTMLAttributes } from "react";
import { classes } from "./classes";

type Look = "primary" | "plain" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "border-transparent bg-accent text-accent-ink hover:brightness-110",
  plain: "border-line-strong bg-raised text-ink hover:bg-hover",
  quiet: "border-transparent text-muted hover:bg-hover hover:text-ink",
  danger: "border-line-strong bg-raised text-red hover:bg-red-wash",
};

type Props = ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look };

export function Button({ look = "plain", className, type = "button", ...rest }: Props) {
  return (
    <button
      type={type}
      className={classes(
        "inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md border px-2.5 font-medium text-sm",
        "transition-colors duration-150 disabled:cursor-not-allowed disabled:opacity-50 disabled:hover:brightness-100",
        LOOKS[look],
        className,
      )}
      {...rest}
    />
  );
}

type IconProps = ButtonHTMLAttributes<HTMLButtonElement> & { label: string };

/** A button that shows only an icon; its name is for screen readers and the hover. */
export function IconButton({ label, className, ...rest }: IconProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={classes(
        "inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink",
        className,
      )}
      {...rest}
    />
  );
}
