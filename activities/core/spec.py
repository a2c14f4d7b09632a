"""What the core node types promise; imports no SDK."""

from keyword import iskeyword
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from interpreter.json_value import Json, JsonObject
from interpreter.node_type import Effect, Kind, NodeConfig, NodeType

MEBIBYTE = 1024 * 1024
Scalar = str | int | float | bool | None


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


SuccessCode = Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^[1-5](xx|[0-9]{2})$")]
Pointer = Annotated[str, Field(pattern=r"^(/([^~/]|~[01])*)*$", max_length=500)]
"""A JSON Pointer into the body of an answer; empty: the whole body."""


class _Pages(NodeConfig):
    items: Pointer = Field(default="", description="Where the list of a page's items is in the body, as a JSON Pointer; empty: the body itself.")
    max_pages: int = Field(default=10, ge=1, le=1000, description="Never ask for more pages than this.")


class LinkHeaderPages(_Pages):
    """The next page's address is in the header `Link: <…>; rel="next"`."""

    mode: Literal["link_header"]


class NextUrlPages(_Pages):
    """The next page's address is in the body."""

    mode: Literal["next_url"]
    next: Pointer = Field(description="Where the next page's address is in the body, as a JSON Pointer, such as /links/next.")


class PageNumberPages(_Pages):
    """A query parameter counts the pages; a page without items is the last."""

    mode: Literal["page"]
    parameter: str = Field(default="page", min_length=1, max_length=200)
    start: int = Field(default=1, ge=0)
    increment: int = Field(default=1, ge=1, le=100_000, description="What the next page adds: 1 for page numbers, the page size for offsets.")


class CursorPages(_Pages):
    """The body gives a cursor, which is sent back as a query parameter; without one the page is the last."""

    mode: Literal["cursor"]
    parameter: str = Field(min_length=1, max_length=200)
    cursor: Pointer = Field(description="Where the next cursor is in the body, as a JSON Pointer, such as /meta/cursor.")


Pagination = Annotated[LinkHeaderPages | NextUrlPages | PageNumberPages | CursorPages, Field(discriminator="mode")]


class HttpRequestConfig(NodeConfig):
    """One HTTP request, or one for each page."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = Field(default="GET", title="Method")
    url: str = Field(min_length=1, max_length=16_384, title="URL", description="http or https, with the host.")
    headers: dict[str, Scalar] = Field(default_factory=dict, title="Headers", description="A header that is null is left out.")
    query: dict[str, Scalar | list[Scalar]] = Field(
        default_factory=dict, title="Query", description="Added to the URL's own; a list repeats the parameter, null leaves it out."
    )
    body: Json = Field(default=None, title="Body")
    body_type: Literal["json", "form", "raw", "multipart"] = Field(default="json", title="Body type")
    response: Literal["auto", "json", "text", "binary"] = Field(
        default="auto", title="Response", description="What `body` becomes: by the answer's type, JSON, text, or a file."
    )
    success_codes: tuple[SuccessCode, ...] = Field(
        default=("2xx", "3xx"), min_length=1, max_length=50, title="Success codes", description="Any other status is an error."
    )
    pagination: Pagination | None = Field(default=None, title="Pages")
    max_bytes: int = Field(default=10 * MEBIBYTE, ge=1, le=50 * MEBIBYTE, title="Largest answer", description="In bytes, of all pages together.")
    follow_redirects: bool = Field(default=True, title="Follow redirects", description="At most five.")


def _as_variable(name: str) -> str:
    if not name.isidentifier() or iskeyword(name) or name.startswith("_"):
        raise ValueError("an input is a variable of the code: letters, digits and _, and no word of Python")
    return name


Variable = Annotated[str, Field(max_length=100), AfterValidator(_as_variable)]


class CodeConfig(NodeConfig):
    """Python that makes a value of others."""

    code: str = Field(
        min_length=1,
        max_length=100_000,
        title="Code",
        description="Python, taken as it is: {{ … }} in it is no expression. The value of the variable output is the output.",
        json_schema_extra={"format": "python"},
    )
    inputs: dict[Variable, Json] = Field(
        default_factory=dict, max_length=100, title="Inputs", description="Variables of the code, by name; expressions in them are rendered."
    )
    max_seconds: float = Field(default=10, gt=0, le=30, title="Longest time", description="In seconds.")
    max_memory_mb: int = Field(default=64, ge=8, le=512, title="Most memory", description="In MB, for all values of the code together.")


_OUTPUT: JsonObject = {
    "type": "object",
    "properties": {
        "status": {"type": "integer", "description": "The status code; of the last page."},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}, "description": "By lower-case name."},
        "body": {"description": "JSON, text, or a file; with pages the items of all of them."},
        "pages": {"type": "integer", "description": "With pages: how many were read."},
        "complete": {"type": "boolean", "description": "With pages: whether the last one was reached."},
    },
    "required": ["status", "headers", "body"],
    "additionalProperties": False,
}

NODE_TYPES = (
    NodeType(
        id="core.http_request@1",
        title="HTTP request",
        description="Calls any HTTP service: JSON, forms, files, pages, credentials.",
        category="Core",
        kind=Kind.SERVICE,
        config=HttpRequestConfig,
        output_schema=_OUTPUT,
        credential_kinds=("bearer", "basic", "header", "query"),
        effect=Effect.WRITE,
        final_errors=(
            "AccessDenied",
            "CredentialUnavailable",
            "EgressRefused",
            "InvalidConfig",
            "InvalidResponse",
            "NotFound",
            "ValueTooLarge",
        ),
    ),
    NodeType(
        id="core.code@1",
        title="Code",
        description="Runs Python that makes a value of others, shut off from files, network and everything else.",
        category="Data",
        kind=Kind.SERVICE,
        config=CodeConfig,
        raw_fields=("code",),
        final_errors=("CodeError", "CodeTimeout", "InvalidConfig", "InvalidResponse", "MemoryLimit", "ValueTooLarge"),
    ),
)
