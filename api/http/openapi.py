"""Prints the OpenAPI document: `python -m api.http.openapi`."""

import json
import sys

from api.http.app import create_app
from api.settings import ApiSettings


def document() -> str:
    """The document as it is kept in `web/openapi.json`."""
    return json.dumps(create_app(ApiSettings()).openapi(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
