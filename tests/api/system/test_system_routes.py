"""Health, facts, the catalog, and the pages."""

import pytest

from api.http import static
from api.http.app import create_app
from api.settings import ApiSettings
from tests.api.installation import Installation


async def test_health_says_nothing_but_yes_or_no(api: Installation) -> None:
    nobody = api.client(None)
    assert [(await nobody.get(path)).status_code for path in ("/health/live", "/health/ready")] == [200, 200]
    assert (await nobody.get("/health/ready")).content == b""
    api.engine.is_away = True
    away = await nobody.get("/health/ready")
    assert away.status_code == 503 and "retry-after" in away.headers
    assert (await nobody.get("/health/live")).status_code == 200


async def test_the_system_page_names_temporal_and_database(api: Installation) -> None:
    told = (await api.mine.get("/system")).json()
    assert told["temporal"]["address"] == "temporal.example:7233"
    assert told["database"]["kind"] in ("sqlite", "postgres")


async def test_whoever_holds_a_key_can_ask_who_that_is(api: Installation) -> None:
    me = (await api.mine.get("/users/me")).json()
    assert (me["role"], me["workspace"]["id"]) == ("owner", api.workspace_id)


async def test_the_catalog_gives_schemas_and_ports(api: Installation) -> None:
    listed = {one["id"]: one for one in (await api.mine.get("/node-types")).json()["items"]}
    assert {"core.if@1", "core.switch@1", "core.http_request@1"} <= listed.keys()
    one = (await api.mine.get("/node-types/core.if@1")).json()
    assert one == listed["core.if@1"] and one["ports"] == ["true", "false"]
    assert one["config_schema"]["required"] == ["condition"]
    assert (await api.mine.get("/node-types/no.such@1")).status_code == 404


async def test_the_openapi_document_describes_the_contract(api: Installation) -> None:
    document = (await api.mine.get("/openapi.json")).json()
    assert {"/api/v1/workflows", "/api/v1/workflows/{workflow_id}/runs", "/api/v1/runs/{run_id}/events"} <= document["paths"].keys()
    assert not any(path.startswith("/internal") for path in document["paths"])


@pytest.mark.parametrize("path", ["/", "/workflows", "/runs/some-run"])
async def test_every_address_of_the_application_gives_its_page(api: Installation, path: str) -> None:
    answer = await api.client(None, "").get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/missing.js", "/assets/../../settings.py", "/..%2f..%2fsettings.py", "/%2e%2e/settings.py", "/api/x"])
async def test_no_file_outside_the_build_is_served(api: Installation, path: str) -> None:
    answer = await api.client(None, "").get(path)
    assert answer.status_code in (401, 404) or "SHORTEST_KEY" not in answer.text


async def test_without_a_build_the_page_says_how_to_make_one(
    api: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(static, "FOLDER", tmp_path_factory.mktemp("empty"))
    answer = await api.client(None, "").get("/")
    assert answer.status_code == 200 and "has not been built" in answer.text


async def test_an_unknown_method_or_path_is_a_problem_too(api: Installation) -> None:
    for answer in (await api.mine.request("PATCH", "/workflows"), await api.mine.get("/nothing")):
        assert answer.status_code in (404, 405) and answer.headers["content-type"] == "application/problem+json"


async def test_a_defect_shows_nothing_of_itself(api: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("api.store.workflows.list_", broken)
    answer = await api.mine.get("/workflows")
    assert answer.status_code == 500 and "secret" not in answer.text and answer.json()["code"] == "internal_error"


def test_a_short_bootstrap_key_is_refused(settings: ApiSettings) -> None:
    with pytest.raises(ValueError, match="32 characters"):
        ApiSettings(home=settings.home, bootstrap_api_key="short")
    assert create_app(settings)


async def test_a_changed_bootstrap_key_ends_the_old_one(api: Installation) -> None:
    keys = api.services.keys
    await keys.seed("first-" + "x" * 40)
    assert await keys.principal("first-" + "x" * 40)
    await keys.seed("second-" + "x" * 40)
    fresh = type(keys)(api.services.database)
    assert await fresh.principal("first-" + "x" * 40) is None
    assert await fresh.principal("second-" + "x" * 40)
    await keys.seed(None)
    assert await type(keys)(api.services.database).principal("second-" + "x" * 40) is None
