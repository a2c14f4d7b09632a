"""Plans that are too large to travel inline, by their hash."""

from collections.abc import Callable
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.kit.api_client import ApiClient
from interpreter.plan import pack, plan_hash
from interpreter.protocol import LOAD_PLAN_ACTIVITY


def plan_activity(api: ApiClient) -> Callable[..., Any]:
    """The activity that gives a plan's text, packed."""

    @activity.defn(name=LOAD_PLAN_ACTIVITY)
    async def load_plan(asked: dict[str, str]) -> str:
        answer = await api.request("GET", f"/plans/{asked['hash']}", params={"workspace_id": asked["workspace_id"]})
        if answer.status_code != 200 or plan_hash(answer.text) != asked["hash"]:
            message = f"the plan {asked['hash'][:12]} can't be loaded (the API answers {answer.status_code})"
            raise ApplicationError(message, type="PlanUnreadable", non_retryable=answer.status_code == 404)
        return pack(answer.text)

    return load_plan
