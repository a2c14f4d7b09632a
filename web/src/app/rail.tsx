import { History, PanelLeftClose, PanelLeftOpen, TriangleAlert, Workflow } from "lucide-react";
import { useState } from "react";
import { NavLink } from "react-router";
import { IconButton } from "@/ui/button";
import { classes } from "@/ui/classes";

const PLACES = [
  { to: "/workflows", name: "Workflows", Icon: Workflow },
  { to: "/runs", name: "Runs", Icon: History },
  { to: "/failures", name: "Failures", Icon: TriangleAlert },
];
const STORED = "holdfast.rail";

/** The places of the product; collapsed it shows only their icons. */
export function Rail() {
  const [narrow, setNarrow] = useState(() => localStorage.getItem(STORED) === "narrow");
  const toggle = () => {
    localStorage.setItem(STORED, narrow ? "wide" : "narrow");
    setNarrow(!narrow);
  };
  const Toggle = narrow ? PanelLeftOpen : PanelLeftClose;
  return (
    <nav
      aria-label="Main"
      className={classes("flex shrink-0 flex-col border-line border-r bg-side", narrow ? "w-12" : "w-52")}
    >
      <div className="flex h-11 items-center gap-2.5 px-3">
        <img src="/favicon.svg" alt="" className="size-6" />
        {narrow ? null : <span className="font-semibold text-base">Holdfast</span>}
      </div>
      <ul className="flex-1 space-y-0.5 px-2 py-2">
        {PLACES.map(({ to, name, Icon }) => (
          <li key={to}>
            <NavLink
              to={to}
              title={narrow ? name : undefined}
              aria-label={narrow ? name : undefined}
              className={({ isActive }) =>
                classes(
                  "flex h-8 items-center gap-2.5 rounded-md px-2",
                  isActive
                    ? "bg-selected font-medium text-accent-text"
                    : "text-muted hover:bg-hover hover:text-ink",
                )
              }
            >
              <Icon aria-hidden className="size-4 shrink-0" />
              {narrow ? null : name}
            </NavLink>
          </li>
        ))}
      </ul>
      <div className="px-2 py-2">
        <IconButton
          label={narrow ? "Widen the menu" : "Narrow the menu"}
          aria-expanded={!narrow}
          onClick={toggle}
          className="size-8"
        >
          <Toggle aria-hidden className="size-4" />
        </IconButton>
      </div>
    </nav>
  );
}
