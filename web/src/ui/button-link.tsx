import { Link, type LinkProps } from "react-router";
import { classes } from "./classes";

/** A link that looks like the primary or a plain button. */
export function ButtonLink({
  look = "plain",
  className,
  ...rest
}: LinkProps & { look?: "primary" | "plain" }) {
  return (
    <Link
      className={classes(
        "inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md border px-2.5 font-medium text-sm",
        look === "primary"
          ? "border-transparent bg-accent text-accent-ink hover:brightness-110"
          : "border-line-strong bg-raised text-ink hover:bg-hover",
        className,
      )}
      {...rest}
    />
  );
}
