import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from compose_spec import PyCompose

from temporal_workers.temporal_version import ServerVersion, loopback_only
from tests.deploy.compose import FILE, ROOT, SECRETS, MissingVariable, filled

_OURS = ("migrate", "api", "worker")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return filled(SECRETS)


def test_the_file_follows_the_compose_specification() -> None:
    PyCompose.from_json(json.dumps(filled(SECRETS))).validate()


def test_every_secret_is_required_and_none_is_written_down() -> None:
    for name in SECRETS:
        with pytest.raises(MissingVariable, match=name):
            filled({key: value for key, value in SECRETS.items() if key != name})
    settings = re.findall(r"^\s*\w*(?:PASSWORD|PWD|TOKEN|KEYS?):\s*(\S+)", FILE.read_text(), re.MULTILINE)
    assert settings and all(value.startswith("${") for value in settings)


def test_every_image_is_pinned_to_a_version(compose: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in compose["services"].items()}
    unpinned = [name for name, image in images.items() if not re.fullmatch(r"[a-z/-]+:\d+\.\d+(\.\d+)?", image)]
    assert unpinned == []


def test_the_temporal_server_is_newer_than_those_that_do_not_keep_namespaces_apart(compose: dict[str, Any]) -> None:
    version = ServerVersion.of(compose["services"]["temporal"]["image"].partition(":")[2])
    assert version is not None and version > ServerVersion(1, 30, 2) and not loopback_only(version)
    tools = {service["image"] for service in compose["services"].values() if "admin-tools" in service["image"]}
    assert tools == {f"temporalio/admin-tools:{version}"}


def test_every_dependency_exists_and_can_meet_its_condition(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services
            if how["condition"] == "service_healthy":
                assert "test" in services[needed]["healthcheck"]
            else:
                # A service that is restarted for ever never completes.
                assert how["condition"] == "service_completed_successfully"
                assert services[needed]["restart"] == "on-failure"


def test_our_processes_run_without_privileges_on_a_read_only_image(compose: dict[str, Any]) -> None:
    for name in _OURS:
        service = compose["services"][name]
        assert service["user"] == "10001:10001" and service["read_only"] is True
        assert service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"]
        assert service["command"] == ["holdfast", name]


def test_a_worker_has_no_way_to_the_database(compose: dict[str, Any]) -> None:
    worker, postgres = compose["services"]["worker"], compose["services"]["postgres"]
    assert not {"DATABASE_URL", "POSTGRES_PASSWORD", "HOLDFAST_BOOTSTRAP_API_KEY"} & set(worker["environment"])
    assert not set(worker["networks"]) & set(postgres["networks"])
    assert compose["networks"]["records"]["internal"] is True


def test_a_worker_may_drain_before_it_is_killed(compose: dict[str, Any]) -> None:
    assert int(compose["services"]["worker"]["stop_grace_period"].removesuffix("s")) > 30


def test_ports_are_published_on_this_machine_only(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published and all(port.startswith("127.0.0.1:") for port in published)


def test_every_mounted_file_and_named_volume_exists(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in compose["volumes"]


@pytest.mark.parametrize("script", sorted((ROOT / "deploy").rglob("*.sh")), ids=lambda path: path.name)
def test_every_set_up_script_is_a_valid_shell_script(script: Path) -> None:
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0


def test_the_image_ends_as_an_unprivileged_user_with_a_health_check() -> None:
    final_stage = (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]
    assert "\nUSER 10001:10001\n" in final_stage
    assert "HEALTHCHECK" in final_stage and 'CMD ["holdfast", "api"]' in final_stage


def test_everything_that_the_image_copies_reaches_the_build() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    admitted = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for source in " ".join(copied).split():
        first = source.split("/")[0]
        assert any(one.split("/")[0] == first for one in admitted), source
        assert (ROOT / source).exists(), source


def test_the_image_installs_locked_packages_only() -> None:
    text = (ROOT / "Dockerfile").read_text()
    installs = re.findall(r"pip install ([^\n]+)", text)
    assert installs and all("--require-hashes" in options or "--no-deps" in options for options in installs)


def test_the_image_gets_the_versions_that_were_tested() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))

    tested = pins("requirements.lock")
    for name in ("deploy/requirements.lock", "deploy/build.lock"):
        assert pins(name).items() <= tested.items()
