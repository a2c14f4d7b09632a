import { CircleUser } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { endSession } from "@/api/session";
import { IconButton } from "@/ui/button";
import { type Theme, useTheme, useZone, type Zone } from "@/ui/preferences";

const ITEM =
  "flex h-8 cursor-pointer items-center rounded px-2 pl-7 outline-none data-[highlighted]:bg-hover relative select-none";

/** The theme, the zone of times, the shortcuts, and the way out. */
export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const [theme, setTheme] = useTheme();
  const [zone, setZone] = useZone();
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <IconButton label="Account">
          <CircleUser aria-hidden className="size-[18px]" />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          className="z-50 w-56 animate-appear rounded-lg border border-line-strong bg-raised p-1 shadow-xl"
        >
          <Choices
            name="Theme"
            value={theme}
            onChange={(value) => setTheme(value as Theme)}
            choices={{ system: "As the system", light: "Light", dark: "Dark" }}
          />
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <Choices
            name="Times"
            value={zone}
            onChange={(value) => setZone(value as Zone)}
            choices={{ local: "Relative, in my zone", utc: "Exact, in UTC" }}
          />
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.Item className={ITEM} onSelect={onShortcuts}>
            Keyboard shortcuts
          </DropdownMenu.Item>
          <DropdownMenu.Item className={ITEM} onSelect={endSession}>
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

type ChoicesProps = {
  name: string;
  value: string;
  onChange: (value: string) => void;
  choices: Record<string, string>;
};

function Choices({ name, value, onChange, choices }: ChoicesProps) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={onChange} aria-label={name}>
      <DropdownMenu.Label className="px-2 py-1 text-muted text-xs">{name}</DropdownMenu.Label>
      {Object.entries(choices).map(([choice, words]) => (
        <DropdownMenu.RadioItem key={choice} value={choice} className={ITEM}>
          <DropdownMenu.ItemIndicator className="absolute left-2.5 size-1.5 rounded-full bg-accent-text" />
          {words}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
