"""Long texts made small enough to travel."""

import base64
import zlib


def pack_text(text: str) -> str:
    """The text compressed, in letters that need no escape in JSON."""
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def unpack_text(packed: str) -> str:
    """The text that was packed; raises `ValueError` for anything else."""
    try:
        return zlib.decompress(base64.b64decode(packed)).decode()
    except zlib.error as error:
        raise ValueError("this is no packed text") from error
