"""The addresses to which anybody who knows them may send the events that a run waits for."""

import base64
import binascii

from activities.kit.keys import KeyRing

_PURPOSE = "resume"
PATH = "/hooks/resume"


def resume_token(ring: KeyRing, run_id: str) -> str:
    """Nobody can guess it, and it is good for this run only."""
    signature = base64.urlsafe_b64encode(ring.sign(_PURPOSE, run_id.encode())).decode().rstrip("=")
    return f"{run_id}.{signature}"


def run_of_resume_token(ring: KeyRing, token: str) -> str | None:
    """The run that a token is for; None for a forged or broken one."""
    run_id, _, signature = token.rpartition(".")
    try:
        signed = base64.b64decode(signature + "=" * (-len(signature) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return run_id if run_id and ring.verify(_PURPOSE, run_id.encode(), signed) else None


def resume_url(ring: KeyRing, run_id: str, public_url: str) -> str:
    """Behind it stands `/` and the instance key of the wait."""
    return f"{public_url.rstrip('/')}{PATH}/{resume_token(ring, run_id)}"
