"""How a credential proves itself over HTTP, and how it is kept out of what comes back."""

import base64
import json
from urllib.parse import quote, quote_plus

from activities.core.json_texts import with_texts
from activities.kit.credential import Credential
from activities.kit.egress import Secret
from activities.kit.errors import CredentialUnavailable, NodeError
from interpreter.json_value import Json

_SHORTEST_HIDDEN = 6
"""Shorter ones would hide ordinary words; and they are no secrets."""
_HIDDEN = b"[credential]"


def secret_of(credential: Credential | None) -> Secret:
    """The headers or query of a credential; raises `CredentialUnavailable` for one of another kind."""
    if credential is None:
        return Secret()
    fields = credential.fields
    try:
        if credential.kind == "bearer":
            return Secret(headers=(("Authorization", f"Bearer {fields['token']}"),), hosts=credential.hosts)
        if credential.kind == "basic":
            return Secret(headers=(("Authorization", f"Basic {_basic(fields)}"),), hosts=credential.hosts)
        if credential.kind == "header":
            return Secret(headers=((fields["name"], fields["value"]),), hosts=credential.hosts)
        if credential.kind == "query":
            return Secret(query=((fields["name"], fields["value"]),), hosts=credential.hosts)
    except KeyError as missing:
        raise CredentialUnavailable(f'the credential "{credential.name}" has no {missing}', "save it anew") from None
    hint = "an HTTP request takes bearer, basic, header and query"
    raise CredentialUnavailable(f'the credential "{credential.name}" is of the kind {credential.kind}', hint)


def forms_of(credential: Credential | None) -> tuple[bytes, ...]:
    """The spellings in which a careless service sends a credential back."""
    if credential is None:
        return ()
    texts = {credential.fields.get(field, "") for field in ("token", "password", "value")}
    if credential.kind == "basic":
        texts.add(_basic(credential.fields))
    forms = {form for text in texts if len(text) >= _SHORTEST_HIDDEN for form in _spelled(text)}
    return tuple(sorted(forms, key=len, reverse=True))


def hidden(content: bytes, forms: tuple[bytes, ...]) -> bytes:
    """The bytes with every spelling of the credential replaced."""
    for form in forms:
        if form in content:
            content = content.replace(form, _HIDDEN)
    return content


def without_credential(value: Json, forms: tuple[bytes, ...]) -> Json:
    """A JSON value with every spelling of the credential replaced in its texts and names."""
    return with_texts(value, lambda text: _hidden_text(text, forms)) if forms else value


def hide_in(error: NodeError, forms: tuple[bytes, ...]) -> None:
    """An error may quote the far side: the address it redirected to, the words of its status line."""
    error.message = _hidden_text(error.message, forms)
    error.args = (error.message,)
    error.details = without_credential(error.details, forms)


def _hidden_text(text: str, forms: tuple[bytes, ...]) -> str:
    return hidden(text.encode(errors="surrogatepass"), forms).decode(errors="surrogatepass")


def _basic(fields: dict[str, str]) -> str:
    return base64.b64encode(f"{fields.get('username', '')}:{fields['password']}".encode()).decode()


def _spelled(text: str) -> set[bytes]:
    plain = text.encode(errors="replace")
    in_json = json.dumps(text)[1:-1]
    spelled = {text, quote(text), quote(text, safe=""), quote_plus(text), in_json, in_json.replace("/", "\\/")}
    return {one.encode(errors="replace") for one in spelled} | {base64.b64encode(plain), base64.urlsafe_b64encode(plain)}
