"""Finds the expressions in a text, and measures how deep they nest before anybody parses them."""

import re
from dataclasses import dataclass

_OPEN = "{{"
_ESCAPED = "{{{{"
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_SPACE = " \t\n\r"
_OPERATORS = frozenset(".*/%+-=<>?:&^@#~|!,;")
_WORD_END = re.compile(r"""[\s"'`()\[\]{}.*/%+\-=<>?:&^@#~|!,;]""")
_STRING_MARKS = {'"': re.compile(r'["\\]'), "'": re.compile(r"['\\]")}
_WORD_OPERATORS = frozenset({"and", "or", "in"})

MAX_NESTING = 100
"""Brackets within brackets."""
MAX_DEPTH = 500
"""Brackets and operators that may lie inside each other."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text: literal, or the text of an expression and where it starts."""

    text: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """The segments of a text; `unclosed` is where an expression begins that never ends."""

    segments: tuple[Segment, ...]
    unclosed: int | None = None


def scan(text: str) -> Scan:
    """Splits a text at its `{{ … }}`."""
    segments: list[Segment] = []
    literal: list[str] = []
    position = 0
    while True:
        found = text.find(_OPEN, position)
        if found < 0:
            literal.append(text[position:])
            break
        literal.append(text[position:found])
        if text.startswith(_ESCAPED, found):
            literal.append(_OPEN)
            position = found + len(_ESCAPED)
            continue
        end = _Lexer(text, found + len(_OPEN)).end_of_expression()
        if end is None:
            return Scan(tuple(segments), unclosed=found)
        _add_literal(segments, literal)
        segments.append(Segment(text[found + len(_OPEN) : end], found + len(_OPEN)))
        position = end + 2
    _add_literal(segments, literal)
    return Scan(tuple(segments))


def _add_literal(segments: list[Segment], literal: list[str]) -> None:
    joined = "".join(literal)
    if joined:
        segments.append(Segment(joined))
    literal.clear()


def nests_too_deep(expression: str) -> bool:
    """Whether parsing could recurse too deep: counted from the text alone."""
    lexer = _Lexer(expression, 0)
    lexer.end_of_expression()
    return lexer.deepest_nesting > MAX_NESTING or lexer.deepest > MAX_DEPTH


class _Lexer:
    """Walks over an expression the way the language's own tokenizer does."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.position = start
        self.brackets: list[str] = []
        self.operators: list[int] = [0]
        """Operators of the current segment, for each open bracket."""
        self.sum = 0
        self.deepest = 0
        self.deepest_nesting = 0
        self.after_operand = False
        """A `/` after an operand divides; anywhere else it begins a regular expression."""

    def end_of_expression(self) -> int | None:
        """Where the closing `}}` stands; None when the text ends first."""
        text, length = self.text, len(self.text)
        while self.position < length:
            char = text[self.position]
            if char in _SPACE:
                self.position += 1
            elif char == "}" and text.startswith("}}", self.position) and not self._closes_brace():
                return self.position
            elif char in "\"'":
                self._string(char)
            elif char == "`":
                self._jump_behind("`", self.position + 1)
            elif char == "/" and text.startswith("/*", self.position):
                # A comment makes the tokenizer recurse, so it counts as an operator.
                self._count_operator()
                before = self.after_operand
                self._jump_behind("*/", self.position + 2)
                self.after_operand = before
            elif char == "/" and not self.after_operand:
                self._regex()
            elif char in "([{":
                self._open(char)
            elif char in ")]}":
                self._close(char)
            elif char in _OPERATORS:
                self._operator(char)
            else:
                self._word()
        return None

    def _closes_brace(self) -> bool:
        return bool(self.brackets) and self.brackets[-1] == "{"

    def _open(self, char: str) -> None:
        self.brackets.append(char)
        self.operators.append(0)
        self.sum += 1
        self.deepest = max(self.deepest, self.sum)
        self.deepest_nesting = max(self.deepest_nesting, len(self.brackets))
        self.after_operand = False
        self.position += 1

    def _close(self, char: str) -> None:
        if self.brackets and self.brackets[-1] == _CLOSERS[char]:
            self.brackets.pop()
            self.sum -= 1 + self.operators.pop()
            # What follows a closed bracket still nests outside of it: a[0][0][0].
            self._count_operator()
        self.after_operand = True
        self.position += 1

    def _operator(self, char: str) -> None:
        if char in ",;":
            self.sum -= self.operators[-1]
            self.operators[-1] = 0
        else:
            self._count_operator()
        # `*` and `%` where an operand is due are the wildcard and the parent.
        self.after_operand = char in "*%" and not self.after_operand
        self.position += 1

    def _count_operator(self) -> None:
        self.operators[-1] += 1
        self.sum += 1
        self.deepest = max(self.deepest, self.sum)

    def _word(self) -> None:
        end = _WORD_END.search(self.text, self.position)
        stop = end.start() if end else len(self.text)
        word = self.text[self.position : stop]
        if word in _WORD_OPERATORS and self.after_operand:
            self._count_operator()
            self.after_operand = False
        else:
            self.after_operand = True
        self.position = max(stop, self.position + 1)

    def _string(self, quote: str) -> None:
        mark = _STRING_MARKS[quote].search(self.text, self.position + 1)
        while mark is not None and mark.group() == "\\":
            mark = _STRING_MARKS[quote].search(self.text, mark.end() + 1)
        self.position = len(self.text) if mark is None else mark.end()
        self.after_operand = True

    def _jump_behind(self, mark: str, start: int) -> None:
        found = self.text.find(mark, start)
        self.position = len(self.text) if found < 0 else found + len(mark)
        self.after_operand = True

    def _regex(self) -> None:
        depth = 0
        position = self.position + 1
        while position < len(self.text):
            char = self.text[position]
            if char == "\\":
                position += 2
                continue
            if char == "/" and depth == 0:
                break
            depth += (char in "([{") - (char in ")]}")
            position += 1
        position += 1
        while position < len(self.text) and self.text[position] in "im":
            position += 1
        self.position = position
        self.after_operand = True
