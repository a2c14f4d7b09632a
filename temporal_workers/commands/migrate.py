"""`holdfast migrate`: one-shot migration before api processes start."""

from importlib import import_module


def migrate() -> None:
    # By import string: this room never imports `api`.
    import_module("api.store.upgrade").main()
