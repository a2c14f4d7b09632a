"""What can go wrong while processes are started and watched, each with a code and a way out.

WorkersError
├── HomeError
│   ├── HomeInUse
│   └── HomeUnusable
├── TemporalError
│   ├── TemporalNotFound
│   ├── TemporalUnusable
│   ├── TemporalFileRefused
│   └── TemporalNotReady
├── SettingRefused
├── NotInstalled
├── PortTaken
├── NotReady
├── ChildKeepsDying
├── InputUnreadable
├── OutputRefused
└── ProductError
    ├── ProductUnreachable
    └── ProductRefused
"""

from collections.abc import Sequence

from interpreter.json_value import JsonObject


class WorkersError(Exception):
    code = "workers_error"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class HomeError(WorkersError):
    code = "home_error"


class HomeInUse(HomeError):
    code = "home_in_use"


class HomeUnusable(HomeError):
    code = "home_unusable"


class TemporalError(WorkersError):
    code = "temporal_error"


class TemporalNotFound(TemporalError):
    code = "temporal_not_found"


class TemporalUnusable(TemporalError):
    code = "temporal_unusable"


class TemporalFileRefused(TemporalError):
    code = "temporal_file_refused"


class TemporalNotReady(TemporalError):
    code = "temporal_not_ready"


class SettingRefused(WorkersError):
    code = "setting_refused"


class NotInstalled(WorkersError):
    code = "not_installed"


class PortTaken(WorkersError):
    code = "port_taken"


class NotReady(WorkersError):
    code = "not_ready"


class ChildKeepsDying(WorkersError):
    code = "child_keeps_dying"


class OutputRefused(WorkersError):
    code = "output_refused"


class InputUnreadable(WorkersError):
    code = "input_unreadable"


class ProductError(WorkersError):
    code = "product_error"


class ProductUnreachable(ProductError):
    code = "product_unreachable"


class ProductRefused(ProductError):
    code = "product_refused"

    def __init__(self, message: str, hint: str, status: int, findings: Sequence[JsonObject] = ()) -> None:
        super().__init__(message, hint)
        self.status = status
        self.findings = tuple(findings)
