import { ButtonLink } from "@/ui/button-link";
import { Empty } from "@/ui/empty";

export function NotFound() {
  return (
    <main>
      <Empty
        title="There is no such page"
        action={<ButtonLink to="/workflows">Open the workflows</ButtonLink>}
      >
        <p>The address may be mistyped, or what it named was deleted.</p>
      </Empty>
    </main>
  );
}
