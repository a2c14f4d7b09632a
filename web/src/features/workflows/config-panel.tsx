import type { DefinitionNode } from "@/graph/definition";
import { SidePanel } from "@/ui/side-panel";
import { ValueView } from "@/ui/value-view";

/** What a node of the definition is set to. */
export function ConfigPanel({ node, onClose }: { node: DefinitionNode; onClose: () => void }) {
  return (
    <SidePanel
      title={node.name ?? node.id}
      subtitle={<span className="font-mono text-xs">{node.type}</span>}
      onClose={onClose}
    >
      <div className="min-h-0 flex-1 overflow-auto">
        <ValueView value={node.raw} root={node.id} />
      </div>
    </SidePanel>
  );
}
