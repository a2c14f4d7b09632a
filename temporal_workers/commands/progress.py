"""What is known of a run while its events arrive, kept apart from how it is shown."""

from dataclasses import dataclass, field

from temporal_workers.commands.sse import Frame


@dataclass(slots=True)
class NodeLine:
    key: str
    status: str = "pending"
    attempt: int = 0
    began: str | None = None
    ended: str | None = None


@dataclass(slots=True)
class Progress:
    run_id: str
    status: str = "queued"
    ended: bool = False
    last_id: str | None = None
    nodes: dict[str, NodeLine] = field(default_factory=dict)

    def take(self, frame: Frame) -> NodeLine | None:
        """Learn from one event; answers the node it was about."""
        self.last_id = frame.id or self.last_id
        content = frame.content
        if frame.event in ("run", "end"):
            self.status = str(content.get("status") or self.status)
            self.ended = self.ended or frame.event == "end"
        if frame.event not in ("node", "attempt"):
            return None
        key = str(content.get("key") or content.get("node_id") or "")
        line = self.nodes.setdefault(key, NodeLine(key))
        line.status = str(content.get("status") or line.status)
        line.attempt = int(content.get("attempt") or line.attempt)
        line.began = line.began or content.get("at")
        if line.status in ("succeeded", "failed", "skipped", "cancelled"):
            line.ended = content.get("at")
        return line
