"""Expression text to syntax tree: the library's parser with the repairs that a product needs."""

import re
from dataclasses import dataclass
from typing import Any

from jsonata.jexception import JException
from jsonata.parser import Parser
from jsonata.regex_engine import RegexFlags
from jsonata.tokenizer import Tokenizer

from interpreter.expressions.scanner import nests_too_deep
from interpreter.expressions.signature import adopt
from interpreter.expressions.tree import Node, compact
from interpreter.expressions.values import MAX_EXACT

MAX_TEXT = 16 * 1024
"""Characters of one expression."""
_ROUNDED_NUMBER = re.compile(r"(?<![.\d])\d{16,}$")
_ROUNDED_WINDOW = 400

Symbol = Any
"""A node of the library's own syntax tree."""

COALESCE = "??"
ELVIS = "?:"


class InvalidSyntax(Exception):
    """A text that is no expression."""

    def __init__(self, message: str, position: int, hint: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint
        self.code = code


@dataclass(frozen=True, slots=True)
class RegexLiteral:
    """A regular expression as it is written; compiled only where it is evaluated."""

    pattern: str
    ignore_case: bool
    multiline: bool


def _regex_literal(pattern: str, flags: RegexFlags) -> RegexLiteral:
    return RegexLiteral(pattern, flags.case_insensitive, flags.multiline)


class _Tokenizer(Tokenizer):  # type: ignore[misc]
    """Keeps integers exact that the library rounds to a double, and joins surrogate pairs."""

    def create(self, type: str | None, value: Any) -> Any:
        if type == "number" and abs(value) >= MAX_EXACT:
            value = self._unrounded(value)
        elif type in ("string", "name", "variable") and not value.isascii():
            value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return super().create(type, value)

    def _unrounded(self, value: float) -> float:
        start = max(0, self.position - _ROUNDED_WINDOW)
        written = _ROUNDED_NUMBER.search(self.path[start : self.position])
        return int(written.group()) if written and float(written.group()) == value else float(value)


class _Otherwise(Parser.Infix):  # type: ignore[misc]
    """`??` and `?:` with their left side once.

    The library puts the left side into the tree twice, which doubles the work with each level of
    nesting and applies a predicate of it twice (`items[1] ?? 0` is then always 0).
    """

    def led(self, left: Symbol) -> Symbol:
        self.type = "condition"
        self.condition = left
        self.then = None
        self._else = self._outer_instance.expression(0)
        return self


class _Parser(Parser):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        for symbol in (COALESCE, ELVIS):
            otherwise = _Otherwise(self, symbol)
            otherwise.value = otherwise.id = symbol
            otherwise.lbp = Tokenizer.operators[symbol]
            self.symbol_table[symbol] = otherwise

    def parse(self, jsonata: str, regex_engine: Any = _regex_literal) -> Symbol:
        self.errors: list[Exception] = []
        self.ancestry: list[Symbol] = []
        self.ancestor_label = self.ancestor_index = 0
        self.source: str | None = jsonata
        self.lexer: _Tokenizer | None = _Tokenizer(jsonata, regex_engine)
        self.advance()
        tree = self.expression(0)
        if self.node.id != "(end)":
            raise JException("S0201", self.node.position, self.node.value)
        tree = self.process_ast(tree)
        if tree.type == "parent" or tree.seeking_parent is not None:
            raise JException("S0217", tree.position, tree.type)
        return tree

    def process_ast(self, expr: Symbol) -> Symbol:
        result = super().process_ast(expr)
        if expr is not None and expr.type == "condition":
            result.value = expr.value
        elif expr is not None and expr.type == "lambda":
            result.signature = adopt(expr.signature)
            if result.signature is not None and result.signature.is_ambiguous:
                raise InvalidSyntax("the signature has too many optional or repeated arguments", int(expr.position))
        return result

    def tail_call_optimize(self, expr: Symbol) -> Symbol:
        if expr.type == "condition" and expr.then is None:
            expr._else = self.tail_call_optimize(expr._else)
            return expr
        return super().tail_call_optimize(expr)


_IDLE: list[_Parser] = []
"""Parsers that nobody uses at the moment: to make one takes longer than to parse with it."""


def _tree(text: str) -> Symbol:
    try:
        parser = _IDLE.pop()
    except IndexError:
        parser = _Parser()
    tree = parser.parse(text)
    # One that a broken text has stopped half-way is not used again.
    parser.node = parser.lexer = parser.source = None
    _IDLE.append(parser)
    return tree


def parse(text: str) -> Node:
    """The syntax tree of an expression; raises `InvalidSyntax`."""
    if len(text) > MAX_TEXT:
        raise InvalidSyntax(
            f"the expression is longer than {MAX_TEXT} characters", 0, "split it over several core.set nodes"
        )
    if nests_too_deep(text):
        raise InvalidSyntax("the expression nests too deep", 0, "split it over several core.set nodes")
    if not text.strip():
        raise InvalidSyntax("the expression is empty", 0, "write a path such as input.name", "S0207")
    try:
        return compact(_tree(text))
    except InvalidSyntax:
        raise
    except JException as error:
        position = min(max(int(error.location), 0), len(text))
        raise InvalidSyntax(str(error)[:300], position, code=error.error) from None
    except RecursionError:
        raise InvalidSyntax("the expression nests too deep", 0, "split it over several core.set nodes") from None
    except Exception:
        # The library's tokenizer and parser meet some broken texts with a raw IndexError,
        # KeyError or AttributeError: whatever it is, the text is no expression.
        raise InvalidSyntax("the expression has a syntax error", 0, "look for a missing bracket or quote") from None
