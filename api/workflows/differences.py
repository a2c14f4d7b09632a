"""What changed between two versions: nodes by id, edges by what they connect, the rest by field."""

from interpreter.json_value import Json, JsonObject, pointer


def difference(before: JsonObject, after: JsonObject) -> JsonObject:
    """The difference of two definitions, in the shape of `Diff`."""
    old = {node["id"]: node for node in before.get("nodes", [])}
    new = {node["id"]: node for node in after.get("nodes", [])}
    kept = [node_id for node_id in new if node_id in old and new[node_id] != old[node_id]]
    old_edges, new_edges = _edges(before), _edges(after)
    rest = ({name: value for name, value in one.items() if name not in ("nodes", "edges")} for one in (before, after))
    return {
        "nodes": {
            "added": [node for node_id, node in new.items() if node_id not in old],
            "removed": [node for node_id, node in old.items() if node_id not in new],
            "changed": [{"id": node_id, "changes": changes(old[node_id], new[node_id])} for node_id in kept],
        },
        "edges": {
            "added": [edge for key, edge in new_edges.items() if key not in old_edges],
            "removed": [edge for key, edge in old_edges.items() if key not in new_edges],
        },
        "rest": changes(*rest),
    }


def changes(before: Json, after: Json, path: tuple[str, ...] = ()) -> list[JsonObject]:
    """The deepest fields that differ, each with its value before and after."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            change
            for name in (*before, *(name for name in after if name not in before))
            for change in changes(before.get(name), after.get(name), (*path, name))
        ]
    return [] if before == after else [{"path": pointer(*path), "before": before, "after": after}]


def _edges(definition: JsonObject) -> dict[tuple[str, ...], JsonObject]:
    return {
        (edge["source"], edge.get("source_port", "out"), edge["target"], edge.get("target_port", "in")): edge
        for edge in definition.get("edges", [])
    }
