"""Settings and node options that the format knows and this version does not carry out."""

from interpreter.definition import Definition
from interpreter.finding import Code, Finding


def check_settings(definition: Definition) -> list[Finding]:
    """Says aloud what would otherwise be ignored in silence."""
    settings = definition.settings
    ignored = (
        ("concurrency", settings.concurrency is not None, "a concurrency limit"),
        ("searchable", bool(settings.searchable), "searchable fields"),
    )
    found = [
        _not_supported(f"/settings/{name}", f"{what} is not carried out yet") for name, is_set, what in ignored if is_set
    ]
    for index, node in enumerate(definition.nodes):
        if node.cache is not None:
            found.append(_not_supported(f"/nodes/{index}/cache", "the result cache is not carried out yet", node.id))
    return found


def _not_supported(path: str, message: str, node_id: str | None = None) -> Finding:
    return Finding(Code.NOT_SUPPORTED, message, path, node_id, "warning")
