"""Texts that look like secrets. Those here are made up, and put together so that no scanner takes them for real."""

import pytest

from tests.interpreter.checks.checking import findings, send

SECRETS = [
    "AKIA" + "IOSFODNN7EXAMPLE",
    "sk-" + "proj-" + "Ab3dEf6hIj9kLm2nOp5q",
    "sk_" + "live_" + "4eC39HqLyjWDarjtT1zd",
    "xoxb-" + "123456789012-abcdefGHIJ",
    "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE",
    "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N",
    "postgres://app:" + "hunter22@db.example/app",
    "host=db " + "password=hunter2222",
]
PLAIN = [
    "Order {{ input.id }}",
    "https://shop.example/orders?page=2",
    "https://{{ vars.user }}:{{ vars.pass }}@shop.example",
    "task-list-of-the-whole-company",
    "password={{ vars.password }}",
    "AKIA is how a key begins",
    "mailto:someone@shop.example",
    "the xox game",
    "skeleton",
    "",
]


def found_in(**config: object) -> list[str]:
    return [one.path for one in findings(send("a", config=config)) if one.code == "secret_in_config"]


@pytest.mark.parametrize("text", SECRETS)
def test_a_text_of_a_known_form_is_found_wherever_it_stands(text: str) -> None:
    assert found_in(text=text) == ["/nodes/0/config/text"]
    assert found_in(anything={"deep": [f"here: {text}"]}) == ["/nodes/0/config/anything/deep/0"]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_text_is_none(text: str) -> None:
    assert found_in(text=text, token=text) == []


@pytest.mark.parametrize("field", ["token", "api_key", "Authorization", "X-Api-Key", "client_secret", "DB_PASSWORD"])
def test_a_random_text_is_found_in_a_field_that_tells_what_it_is(field: str) -> None:
    random = "q7Rf2Lx9Zt4Vb8Nm3Kp6"
    assert found_in(anything={field: random}) == [f"/nodes/0/config/anything/{field}"]
    assert found_in(anything={field: f"Bearer {random}"}) == [f"/nodes/0/config/anything/{field}"]
    assert found_in(anything={"order": random}) == []
    assert found_in(anything={field: "{{ vars.the_secret_of_mine }}"}) == []
    assert found_in(anything={field: "choose one of your own"}) == []
    assert found_in(anything={field: "aaaaaaaaaaaaaaaaaaaaa"}) == []


@pytest.mark.parametrize("text", SECRETS)
def test_the_secret_is_never_repeated(text: str) -> None:
    for one in findings(send("a", config={"text": text})):
        assert text not in f"{one.message} {one.hint} {one.path}"
