"""The web application, served by the API: one page for every address that is not an API's."""

from pathlib import Path

from fastapi import Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from api.kit.problem import NotFound

FOLDER = Path(__file__).parents[1] / "static"
_OURS = ("api/", "internal/", "hooks/")
_ABSENT = """<!doctype html><meta charset="utf-8"><title>Holdfast</title>
<body style="font: 14px system-ui; margin: 4rem auto; max-width: 40rem">
<h1 style="font-size: 18px">The web application has not been built</h1>
<p>Start with <code>make up</code>, which builds it, or run <code>npm ci && npm run build</code> in <code>web/</code>.
The API itself answers under <code>/api/v1</code>.</p>"""


async def serve_web(request: Request) -> Response:
    """A file of the build, or its page; raises `NotFound` for what only the API could answer."""
    path = request.path_params["path"]
    if path.startswith(_OURS) or path in ("api", "internal", "hooks"):
        raise NotFound
    if not (FOLDER / "index.html").is_file():
        return HTMLResponse(_ABSENT)
    asset = _asset(path)
    if asset is not None:
        return FileResponse(asset, headers={"Cache-Control": _lifetime(path)})
    if "." in path.rpartition("/")[2]:
        raise NotFound
    return FileResponse(FOLDER / "index.html", headers={"Cache-Control": "no-cache"})


def _asset(path: str) -> Path | None:
    if not path or "\0" in path:
        return None
    try:
        found = (FOLDER / path).resolve()
        return found if found.is_relative_to(FOLDER.resolve()) and found.is_file() else None
    except (OSError, ValueError):
        return None


def _lifetime(path: str) -> str:
    # Vite puts a hash of the content into the names of its assets.
    return "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
