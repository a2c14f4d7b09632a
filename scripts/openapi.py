"""Writes the API's description into `web/openapi.json`, from which the TypeScript types are made."""

from __future__ import annotations

from importlib import import_module

from scripts.progress import ROOT

if __name__ == "__main__":
    (ROOT / "web" / "openapi.json").write_text(import_module("api.http.openapi").document())
