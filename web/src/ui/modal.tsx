import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./button";
import { classes } from "./classes";

type Props = {
  title: string;
  description?: ReactNode;
  wide?: boolean;
  onClose: () => void;
  children: ReactNode;
};

/** A dialog that is open for as long as it is mounted. */
export function Modal({ title, description, wide = false, onClose, children }: Props) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-appear bg-shade" />
        <Dialog.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          className={classes(
            "fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] -translate-x-1/2 animate-appear flex-col",
            "rounded-lg border border-line-strong bg-raised shadow-xl outline-none",
            wide ? "w-[min(640px,calc(100vw-32px))]" : "w-[min(480px,calc(100vw-32px))]",
          )}
        >
          <header className="flex items-start gap-2 border-line border-b py-2.5 pr-2 pl-4">
            <div className="min-w-0 flex-1 pt-0.5">
              <Dialog.Title className="font-semibold text-base">{title}</Dialog.Title>
              {description ? (
                <Dialog.Description className="mt-0.5 text-muted">{description}</Dialog.Description>
              ) : null}
            </div>
            <Dialog.Close asChild>
              <IconButton label="Close">
                <X aria-hidden className="size-4" />
              </IconButton>
            </Dialog.Close>
          </header>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
