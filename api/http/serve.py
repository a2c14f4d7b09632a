"""`holdfast api`: the API's process."""

import structlog
import uvicorn

from activities.kit.logs import configure_logs
from api.http.app import create_app
from api.settings import ApiSettings

_GRACE_SECONDS = 8
_MOST_HEADERS = 64 * 1024


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    settings = ApiSettings()
    configure_logs()
    structlog.get_logger("api").info("the api starts", host=settings.host, port=settings.port)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        # Addresses may hold what people keep to themselves; requests are counted, not written down.
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        h11_max_incomplete_event_size=_MOST_HEADERS,
        ws_max_size=64 * 1024,
    )
