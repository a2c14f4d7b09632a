"""The `holdfast` package of an installed wheel: makes the rooms importable, then runs the command line."""

import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    # Only in a wheel: an editable installation finds the rooms in the checkout.
    rooms = Path(__file__).resolve().parent / "_rooms"
    if rooms.is_dir() and str(rooms) not in sys.path:
        sys.path.insert(0, str(rooms))
    import_module("temporal_workers.cli").main()
