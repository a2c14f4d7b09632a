"""The process that evaluates heavy expressions: one request after the other from its input, until that ends.

A frame is the length in eight bytes, then JSON. It is a process of its own because a thread would share one
interpreter lock with the worker, where every other run's decisions are made.
"""

import contextlib
import json
import os
import signal
import struct
import sys
from typing import BinaryIO

from activities.kit.evaluating import Rendering, rendered, told
from interpreter.expressions import EvaluationError, ExpressionBudget, ExpressionFailure

LENGTH = struct.Struct(">Q")
_NICE = 5
"""Behind the worker and the API, where there are fewer cores than work."""


def read_frame(source: BinaryIO) -> bytes | None:
    """The next frame; None at the end, or when the other side broke off."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    body = source.read(size)
    return body if len(body) == size else None


def write_frame(sink: BinaryIO, body: bytes) -> None:
    sink.write(LENGTH.pack(len(body)))
    sink.write(body)
    sink.flush()


def answer(request: bytes) -> bytes:
    """The answer to a request: `{"value"}` or `{"failure"}`."""
    try:
        value = rendered(Rendering(**json.loads(request)), len(request))
        return json.dumps({"value": value}, allow_nan=False).encode()
    except ExpressionFailure as failure:
        return _failure(failure)
    except MemoryError:
        return _failure(ExpressionBudget("the expression takes more memory than there is", "work on less data at a time"))
    except Exception as error:
        # Whatever it is, the next request has nothing to do with it.
        return _failure(EvaluationError(f"the expression could not be evaluated ({type(error).__name__})"))


def _failure(failure: ExpressionFailure) -> bytes:
    return json.dumps({"failure": told(failure)}).encode()


def main() -> None:
    """Serves until its input ends, which is also how it notices that its worker is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICE)
    while (request := read_frame(sys.stdin.buffer)) is not None:
        write_frame(sys.stdout.buffer, answer(request))


if __name__ == "__main__":
    main()
