"""What can go wrong between us and Temporal, why a run may not begin, and what a run does not accept.

EngineError
├── TemporalAway     the server does not answer now; what was acknowledged is started when it is back
├── ToldInVain       a run does not accept what it was told; its code is the run's own refusal
└── RunRefused       a run that another run asks for may not begin; its code is the name of the node's error
    ├── UnknownWorkflow    no workflow of that id, or not exactly one of that name
    ├── NotPublished       nothing is published, or not that version
    ├── InvalidInput       the input does not fit the schema
    └── TooDeep            runs call each other too many levels deep
"""

from interpreter.json_value import Json


class EngineError(Exception):
    """Root of the tree."""

    code = "engine"


class TemporalAway(EngineError):
    code = "temporal_away"
    hint = "try again in a few seconds; runs that were accepted are not lost"


class ToldInVain(EngineError):
    """`NoSuchWait`, `WaitClosed`, `NotAnApprover`, `AlreadyAnswered`, `NoSuchInstance`, `NotOpen` or `RunOver`."""

    hint = "look at the node as it is now"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class RunRefused(EngineError):
    """Not to be tried again: it would be refused again."""

    code = "RunRefused"
    hint = ""

    def __init__(self, message: str, details: Json = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class UnknownWorkflow(RunRefused):
    code = "UnknownWorkflow"
    hint = "give the id of a workflow, or a name that only one has"


class NotPublished(RunRefused):
    code = "NotPublished"
    hint = "publish the workflow first"


class InvalidInput(RunRefused):
    code = "InvalidInput"
    hint = "the workflow's input schema says what it takes"


class TooDeep(RunRefused):
    code = "TooDeep"
    hint = "look for a circle among the workflows"
