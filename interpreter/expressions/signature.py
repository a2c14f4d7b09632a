"""The check of a call's arguments: the library's, without its imports at every call."""

from typing import Any

from jsonata.signature import Signature

from interpreter.expressions.values import NULL

_SYMBOLS: dict[type, str] = {str: "s", bool: "b", int: "n", float: "n", dict: "o", list: "a"}
_MAX_OPTIONAL = 8


class CallSignature(Signature):  # type: ignore[misc]
    """What a function takes, such as `<s-nn?:s>`."""

    def get_symbol(self, value: Any) -> str:
        symbol = _SYMBOLS.get(value.__class__)
        if symbol is not None:
            return symbol
        if value is None:
            return "m"
        if value is NULL:
            return "l"
        # Whatever else a value can be in an evaluation is callable.
        return "a" if isinstance(value, list) else "f"

    @property
    def is_ambiguous(self) -> bool:
        """Whether the check, a regular expression, could take for ever."""
        repeated = sum("+" in parameter.regex for parameter in self._params)
        optional = sum("?" in parameter.regex for parameter in self._params)
        return repeated > 1 or optional > _MAX_OPTIONAL

    @property
    def required(self) -> int:
        """How many arguments a call needs that shall not read its context."""
        return sum(1 for parameter in self._params if parameter.context or "?" not in parameter.regex)


def adopt(signature: Any) -> Any:
    """The signature that the parser made for a lambda, as one of ours."""
    if signature is not None:
        signature.__class__ = CallSignature
    return signature
