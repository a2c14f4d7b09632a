"""How processes log: one line an event, and never the values that a stack of calls held."""

import logging
import sys

import structlog


def configure_logs() -> None:
    """JSON lines on standard error, or coloured ones on a terminal.

    The library's own default prints the local variables of a traceback: those may hold secrets.
    """
    on_terminal = sys.stderr.isatty()
    shown = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(() if on_terminal else (structlog.processors.format_exc_info,)),
            shown if on_terminal else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
