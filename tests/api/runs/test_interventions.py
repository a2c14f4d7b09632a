"""Answers, interventions and pauses over HTTP: checked, told once, refused with the reason."""

from typing import Any

import httpx
import pytest

from api.kit.key_door import Principal
from api.runs.interventions import MOST_BYTES, may_decide
from interpreter.protocol import ANSWER_UPDATE, INTERVENE_UPDATE, PAUSE_UPDATE, RESUME_UPDATE, Answer, Intervention
from tests.api.databases import END, node_row, record
from tests.api.installation import Installation

FORM = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]}
WAITS: dict[str, Any] = {
    "format": 1,
    "name": "Waits",
    "nodes": [
        {"id": "event", "type": "core.wait_for_event@1", "config": {"schema": FORM}},
        {"id": "any", "type": "core.wait_for_event@1"},
        {"id": "ask", "type": "core.approval@1", "config": {"form": FORM}},
        {"id": "listed", "type": "core.approval@1", "config": {"approvers": ["a@x.example", "role:owner"]}},
        {"id": "one", "type": "core.noop@1", "on_error": "route"},
    ],
    "edges": [{"source": "one", "source_port": "error", "target": "any"}],
}


async def waiting(api: Installation) -> str:
    run = await api.run(await api.workflow(WAITS))
    run_id: str = run["id"]
    return run_id


async def sent(api: Installation, run_id: str, rest: str, body: Any = None, **headers: str) -> httpx.Response:
    content = {} if body is None else {"json": body}
    return await api.mine.post(f"/runs/{run_id}/{rest}", headers=headers, **content)


async def test_an_event_is_told_with_who_sent_it(api: Installation) -> None:
    run_id = await waiting(api)
    answer = await sent(api, run_id, "nodes/event/resume", {"payload": {"sum": 7}})
    assert answer.status_code == 202 and answer.json()["id"] == run_id
    assert (await sent(api, run_id, "nodes/any%23 3/resume".replace(" ", ""), {"payload": None})).status_code == 202
    assert api.engine.told == [
        (ANSWER_UPDATE, Answer("event", "test key", {"sum": 7}), None),
        (ANSWER_UPDATE, Answer("any#3", "test key", None), None),
    ]


async def test_a_decision_is_told_with_its_reason_and_form(api: Installation) -> None:
    run_id = await waiting(api)
    body = {"decision": "approve", "reason": "fine", "form": {"sum": 7}}
    assert (await sent(api, run_id, "nodes/ask/resume", body)).status_code == 202
    assert (await sent(api, run_id, "nodes/ask/resume", {"decision": "reject"})).status_code == 202
    approved, rejected = [argument for _, argument, _ in api.engine.told]
    assert approved == Answer("ask", "test key", None, "approve", "fine", {"sum": 7})
    assert rejected == Answer("ask", "test key", None, "reject")


@pytest.mark.parametrize(
    ("key", "body", "status", "pointer"),
    [
        ("event", {"payload": {"sum": "7"}}, 422, "/payload/sum"),
        ("event", {"payload": {}}, 422, "/payload"),
        ("ask", {"decision": "approve", "form": {"sum": None}}, 422, "/form/sum"),
        ("ask", {"decision": "approve"}, 422, "/form"),
        ("ask", {"decision": "perhaps"}, 422, None),
        ("ask", {"payload": 1}, 409, None),
        ("event", {"decision": "approve"}, 409, None),
        ("one", {"payload": 1}, 409, None),
        ("any", {}, 422, None),
        ("any", {"reason": "why not"}, 422, None),
        ("any", {"payload": 1, "decision": "approve"}, 422, None),
        ("any", {"payload": 1, "more": 1}, 422, None),
        ("any", {"payload": "x" * MOST_BYTES}, 413, None),
        ("nobody", {"payload": 1}, 404, None),
    ],
)
async def test_a_wrong_answer_is_refused_before_the_run_hears_of_it(
    api: Installation, key: str, body: dict[str, Any], status: int, pointer: str | None
) -> None:
    answer = await sent(api, await waiting(api), f"nodes/{key}/resume", body)
    assert answer.status_code == status, answer.text
    if pointer is not None:
        assert answer.json()["fields"][0]["pointer"] == pointer
    assert api.engine.told == []


async def test_one_idempotency_key_is_one_answer_for_each_node(api: Installation) -> None:
    run_id = await waiting(api)
    for key in ("any", "any", "event"):
        assert (await sent(api, run_id, f"nodes/{key}/resume", {"payload": {"sum": 1}}, **{"Idempotency-Key": "response"})).status_code == 202
    first, again, other = [update_id for _, _, update_id in api.engine.told]
    assert first == again != other and "response" not in (first, other)


@pytest.mark.parametrize(
    ("refusal", "status"), [("WaitClosed", 409), ("AlreadyAnswered", 409), ("NoSuchWait", 409), ("NotAnApprover", 403), ("RunOver", 409)]
)
async def test_a_refusal_of_the_run_is_a_problem_with_its_reason(api: Installation, refusal: str, status: int) -> None:
    run_id = await waiting(api)
    api.engine.live[run_id] = [node_row("any", "waiting", output=None)]
    api.engine.refusal = refusal
    answer = await sent(api, run_id, "nodes/any/resume", {"payload": 1})
    assert (answer.status_code, answer.json()["reason"]) == (status, refusal)
    assert status == 403 or answer.json()["node"] == {"key": "any", "status": "waiting"}


@pytest.mark.parametrize("over", [False, True])
async def test_a_stale_answer_is_told_what_was_answered(api: Installation, over: bool) -> None:
    run_id = await waiting(api)
    end = {"status": "succeeded", "ended_at": END} if over else {}
    await api.engine.end(record(run_id, api.workspace_id, nodes=[node_row("any", output={"first": 1})], order=[0], **end))
    api.engine.refusal = "WaitClosed"
    answer = await sent(api, run_id, "nodes/any/resume", {"payload": 2})
    assert answer.status_code == 409
    assert answer.json()["node"] == {"key": "any", "status": "succeeded", "output": {"first": 1}, "ended_at": END}
    assert (await sent(api, run_id, "nodes/event/resume", {"payload": {"sum": 1}})).status_code == 404, "that instance never was"


async def test_while_temporal_is_away_an_answer_is_to_be_sent_again(api: Installation) -> None:
    run_id = await waiting(api)
    api.engine.is_away = True
    answer = await sent(api, run_id, "nodes/any/resume", {"payload": 2})
    assert answer.status_code == 503 and answer.headers["retry-after"]


async def test_only_approvers_decide_where_a_run_names_some(api: Installation) -> None:
    run_id = await waiting(api)
    decide = {"decision": "approve"}
    assert (await sent(api, run_id, "nodes/listed/resume", decide)).status_code == 503, "nobody knows who may"
    for approvers, by, status in (
        (["a@x.example"], None, 403), (["a@x.example"], "a@x.example", 202), (["a@x.example"], "b@x.example", 403),
        (["role:owner"], None, 202), (["test key"], None, 202), ([], None, 202),
    ):  # fmt: skip
        api.engine.live[run_id] = [node_row("listed", "waiting", input={"approvers": approvers})]
        answer = await sent(api, run_id, "nodes/listed/resume", {**decide, **({"by": by} if by else {})})
        assert answer.status_code == status, (approvers, by)


def test_only_an_owner_decides_for_somebody_else() -> None:
    editor = Principal("key_1", "ci", "editor", "ws", "Home")
    assert not may_decide(editor, "a@x.example", ["a@x.example"])
    assert may_decide(editor, "ci", ["ci"]) and may_decide(editor, "ci", ["role:editor"]) and may_decide(editor, "ci", [])
    assert not may_decide(editor, "ci", ["role:owner"])


async def test_interventions_are_told_with_who_did_it(api: Installation) -> None:
    run_id = await waiting(api)
    for action in ("skip", "retry", "fail"):
        assert (await sent(api, run_id, f"nodes/one/{action}")).status_code == 202
    assert (await sent(api, run_id, "nodes/one/output", {"output": {"n": 1}, "port": "error"})).status_code == 202
    told = [(update, argument) for update, argument, _ in api.engine.told]
    by = "test key"
    assert told == [(INTERVENE_UPDATE, Intervention("one", action, by)) for action in ("skip", "retry", "fail")] + [  # type: ignore[arg-type]
        (INTERVENE_UPDATE, Intervention("one", "output", by, {"n": 1}, "error"))
    ]


@pytest.mark.parametrize(
    ("rest", "body", "status"),
    [
        ("nodes/one/output", {"output": 1, "port": "true"}, 422),
        ("nodes/one/output", {"output": "x" * MOST_BYTES}, 413),
        ("nodes/one/output", {"value": 1}, 422),
        ("nodes/one/explode", None, 422),
        ("nodes/nobody/skip", None, 404),
    ],
)
async def test_a_wrong_intervention_is_refused(api: Installation, rest: str, body: Any, status: int) -> None:
    assert (await sent(api, await waiting(api), rest, body)).status_code == status
    assert api.engine.told == []


async def test_a_pause_is_shown_at_once_until_it_is_over(api: Installation) -> None:
    run_id = await waiting(api)
    for rest, update, attention in (("pause", PAUSE_UPDATE, "paused"), ("resume", RESUME_UPDATE, None)):
        answer = await sent(api, run_id, rest)
        assert answer.status_code == 202 and answer.json()["attention"] == attention
        assert (await api.mine.get(f"/runs/{run_id}")).json()["attention"] == attention
        assert api.engine.told[-1] == (update, "test key", None)
    await sent(api, run_id, "pause")
    await api.end(run_id)
    assert (await api.mine.get(f"/runs/{run_id}")).json()["attention"] is None
    assert (await sent(api, run_id, "pause")).status_code == 409


async def test_runs_of_others_take_nothing(api: Installation) -> None:
    run_id = await waiting(api)
    for rest in ("pause", "resume", "nodes/one/skip", "nodes/one/retry"):
        assert (await api.theirs.post(f"/runs/{run_id}/{rest}")).status_code == 404
    for rest, body in (("nodes/any/resume", {"payload": 1}), ("nodes/one/output", {"output": 1})):
        assert (await api.theirs.post(f"/runs/{run_id}/{rest}", json=body)).status_code == 404
    assert api.engine.told == []
