"""Log files of the children, kept below a size while they are being written."""

import shutil
from pathlib import Path

LIMIT = 10 * 1024 * 1024


def cut(log: Path, limit: int = LIMIT) -> bool:
    """Keep one older part beside the log; the writer appends, so cutting it to nothing is safe."""
    try:
        if log.stat().st_size <= limit:
            return False
        shutil.copyfile(log, log.with_suffix(log.suffix + ".1"))
        with log.open("r+b") as file:
            file.truncate(0)
    except OSError:
        return False
    return True


def tail(log: Path, lines: int = 15, window: int = 16_384) -> str:
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - window))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
