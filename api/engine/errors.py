"""What can go wrong between us and Temporal.

EngineError
└── TemporalAway     the server does not answer now; what was acknowledged is started when it is back
"""


class EngineError(Exception):
    """Root of the tree."""

    code = "engine"


class TemporalAway(EngineError):
    code = "temporal_away"
    hint = "try again in a few seconds; runs that were accepted are not lost"
