"""`holdfast version`."""

from importlib import metadata


def version() -> str:
    try:
        return metadata.version("holdfast")
    except metadata.PackageNotFoundError:
        return "unknown (not installed)"
