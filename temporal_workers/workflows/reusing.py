"""What a rerun takes over from the run that it repeats, loaded page by page before the machine begins."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from interpreter.protocol import BATCH_ITEMS, PLATFORM_QUEUE, RunStart
from interpreter.reuse.loading import LOAD_REUSE_ACTIVITY, ReusePage, ReuseQuestion
from interpreter.reuse.pages import add_page
from interpreter.reuse.recorded import Reuse
from temporal_workers.workflows.outbox import PURE


class ReuseLoading:
    """Asks for one page after the other; a cancel of the run does not reach what it asks."""

    def __init__(self, begin: RunStart) -> None:
        batch = begin.batch
        self._run_id = begin.run_id
        self._workspace_id = begin.workspace_id
        self._batch = ("", 0, 0) if batch is None else (batch.key, batch.first, _length(batch.count, batch.first))
        self._pages: list[str] = []
        self._over = False
        self._failure: str | None = None
        self._ask()

    def is_over(self) -> bool:
        return self._over

    def reuse(self) -> Reuse:
        """What was loaded; raises the failure that ends the run when there is nothing to be had."""
        if self._failure is not None:
            raise ApplicationError(self._failure, type="ReuseLost", non_retryable=True)
        found = Reuse()
        for page in self._pages:
            add_page(found, page)
        return found

    def _ask(self) -> None:
        key, first, count = self._batch
        handle = workflow.start_activity(
            LOAD_REUSE_ACTIVITY,
            ReuseQuestion(self._run_id, self._workspace_id, len(self._pages), key or None, first, count),
            task_queue=PLATFORM_QUEUE,
            summary="what is reused",
            result_type=ReusePage,
            start_to_close_timeout=timedelta(minutes=5),
            retry_policy=PURE,
        )
        handle.add_done_callback(self._answered)

    def _answered(self, handle: Any) -> None:
        failure = None if handle.cancelled() else handle.exception()
        if handle.cancelled() or failure is not None:
            cause = failure.cause if isinstance(failure, ActivityError) else failure
            self._failure = f"what is to be reused can't be read: {cause or 'the activity was cancelled'}"
            self._over = True
            return
        page: ReusePage = handle.result()
        self._pages.append(page.packed)
        if page.more:
            self._ask()
        else:
            self._over = True


def _length(count: int, first: int) -> int:
    return min(BATCH_ITEMS, count - first)
