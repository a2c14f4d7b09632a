"""The core nodes that are activities: HTTP requests and code."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

import httpx

from activities.core.http_answer import body_json, headers_json, is_success, raise_for, read_json
from activities.core.http_body import Body, body_of, form_pairs
from activities.core.http_credential import forms_of, hidden, hide_in, secret_of, without_credential
from activities.core.http_pages import Next, Pages, first_parameter, items_of, next_page
from activities.core.spec import CodeConfig, HttpRequestConfig
from activities.kit.code_runtime import MEBIBYTE, CodeRequest
from activities.kit.context import NodeContext
from activities.kit.egress import MAX_REDIRECTS, EgressAnswer, EgressRequest, Secret, moved
from activities.kit.errors import InvalidConfig, InvalidResponse, NodeError, ValueTooLarge
from activities.kit.node import node
from activities.kit.url_rules import read_url
from interpreter.json_value import Json, JsonObject

_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
"""Methods whose repetition does no harm by their definition; the others carry a key."""
_KEY = "idempotency-key"


@dataclass(frozen=True, slots=True)
class _Caller:
    """Sends the requests of one attempt, and keeps the credential out of what comes back."""

    config: HttpRequestConfig
    ctx: NodeContext
    secret_forms: tuple[bytes, ...]

    async def call(self, request: EgressRequest, max_bytes: int) -> EgressAnswer:
        """The answer, if its status is wanted; else the error that it means."""
        answer = await self.ctx.http.send(
            request,
            max_bytes=max_bytes,
            redirects=MAX_REDIRECTS if self.config.follow_redirects else 0,
            seconds=self.ctx.seconds,
        )
        if self.secret_forms:
            answer = replace(answer, body=hidden(answer.body, self.secret_forms), headers=self._clean(answer.headers))
        if not is_success(answer.status, self.config.success_codes):
            raise_for(answer, request.method)
        return answer

    def _clean(self, headers: httpx.Headers) -> httpx.Headers:
        return httpx.Headers([(name, hidden(value, self.secret_forms)) for name, value in headers.raw])


@node("core.http_request@1")
async def http_request(config: HttpRequestConfig, ctx: NodeContext) -> Json:
    """One request, or one for each page."""
    credential = await ctx.credential()
    forms = forms_of(credential)
    try:
        request = _request(config, ctx, await body_of(config, ctx.files), secret_of(credential))
        return without_credential(await _answered(_Caller(config, ctx, forms), request), forms)
    except NodeError as error:
        hide_in(error, forms)
        raise


@node("core.code@1")
async def code(config: CodeConfig, ctx: NodeContext) -> Json:
    """The value of the variable `output`; what the code prints goes to the node's log."""
    request = CodeRequest(
        code=config.code,
        inputs=dict(config.inputs),
        seconds=config.max_seconds,
        memory_bytes=config.max_memory_mb * MEBIBYTE,
        at_ms=ctx.at_ms,
        seed=ctx.idempotency_key,
    )
    return await ctx.code.run(request, ctx.log)


async def _answered(caller: _Caller, request: EgressRequest) -> JsonObject:
    config, files = caller.config, caller.ctx.files
    if config.pagination is not None:
        return await _all_pages(caller, request, config.pagination)
    answer = await caller.call(request, config.max_bytes)
    return {
        "status": answer.status,
        "headers": headers_json(answer.headers),
        "body": await body_json(answer, config, files),
    }


def _request(config: HttpRequestConfig, ctx: NodeContext, body: Body, secret: Secret) -> EgressRequest:
    headers = form_pairs(config.headers, "headers")
    named = {name.lower() for name, _ in headers}
    if body.media_type is not None and "content-type" not in named:
        headers.append(("content-type", body.media_type))
    if config.method not in _REPEATABLE and _KEY not in named:
        headers.append((_KEY, ctx.idempotency_key))
    url = with_parameters(config.url, form_pairs(config.query, "query"))
    return EgressRequest(config.method, url, tuple(headers), body.content, secret)


def with_parameters(url: str, pairs: list[tuple[str, str]]) -> str:
    """A URL with more query parameters; its own stay as they are written."""
    if not pairs:
        return url
    address, hash_sign, fragment = url.partition("#")
    separator = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{separator}{urlencode(pairs)}{hash_sign}{fragment}"


async def _all_pages(caller: _Caller, first: EgressRequest, pages: Pages) -> JsonObject:
    """The items of all pages, up to the bounds."""
    if caller.config.response not in ("auto", "json"):
        raise InvalidConfig("response: pages are read as JSON", "choose auto or json, or leave the pagination out")
    parameter = first_parameter(pages)
    request = first if parameter is None else replace(first, url=_with_parameter(first.url, parameter))
    found: list[Json] = []
    asked: set[str] = set()
    left = caller.config.max_bytes
    following: Next | None = None
    for number in range(pages.max_pages):
        asked.add(request.url)
        answer = await caller.call(request, left)
        left -= len(answer.body)
        if left <= 0:
            raise ValueTooLarge(f"the pages together take more than {caller.config.max_bytes} bytes", "raise max_bytes, or ask for less")
        body = read_json(answer.body)
        items = items_of(pages, body)
        found += items
        following = next_page(pages, number, answer, body, items)
        if following is None:
            break
        request = _next_request(first, answer, following, number + 2)
        if request.url in asked:
            raise InvalidResponse(f"page {number + 1} leads back to one that was read before", "look at the pagination")
    return {
        "status": answer.status,
        "headers": headers_json(answer.headers),
        "body": found,
        "pages": number + 1,
        "complete": following is None,
    }


def _next_request(first: EgressRequest, answer: EgressAnswer, following: Next, number: int) -> EgressRequest:
    """A page's address may lead to somebody else: without the credential, then."""
    if following.parameter is not None:
        request = replace(first, url=_with_parameter(first.url, following.parameter))
    else:
        request = moved(first, answer.url, following.url or "")
    # A service that remembers keys would answer every page with the first one.
    headers = tuple((name, f"{value}:p{number}" if name == _KEY else value) for name, value in request.headers)
    return replace(request, headers=headers)


def _with_parameter(url: str, parameter: tuple[str, str]) -> str:
    """The URL with this parameter, and only this one of its name."""
    parsed = read_url(url)
    return str(parsed.copy_set_param(*parameter))
