"""Values that are not to leave: hidden by the name of their field, and wherever else the same text stands."""

import re
from collections import Counter

from interpreter.json_value import Json

HIDDEN = "[redacted]"
_SHORTEST = 4
"""A shorter text stands for too much else to be hidden everywhere."""
_MOST_TEXTS = 5_000


class Redactor:
    """First it is shown everything, then it hides: what a field holds may stand in a log line before it.

    A field is a name (`password`), or the end of a path (`customer.email`); capital letters don't matter.
    """

    def __init__(self, fields: list[str]) -> None:
        self._fields = {tuple(field.lower().split(".")): field for field in fields}
        self._texts: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None
        self.counts: Counter[str] = Counter(dict.fromkeys(fields, 0))

    @property
    def is_active(self) -> bool:
        return bool(self._fields)

    def learn(self, value: Json, path: tuple[str, ...] = ()) -> None:
        """Looks for what is to be hidden."""
        if self._field_of(path) is not None:
            self._learn_texts(value)
        elif isinstance(value, dict):
            for name, one in value.items():
                self.learn(one, (*path, name.lower()))
        elif isinstance(value, list):
            for one in value:
                self.learn(one, path)

    def hidden(self, value: Json, path: tuple[str, ...] = ()) -> Json:
        """The value without what is to be hidden."""
        if not self._fields:
            return value
        field = self._field_of(path)
        if field is not None and value is not None:
            self.counts[field] += 1
            return HIDDEN
        if isinstance(value, dict):
            return {name: self.hidden(one, (*path, name.lower())) for name, one in value.items()}
        if isinstance(value, list):
            return [self.hidden(one, path) for one in value]
        return self._scrub(value) if isinstance(value, str) else value

    def scrubbed(self, value: Json) -> Json:
        """The value without the texts that are hidden elsewhere; its own fields stay what they are."""
        if not self._texts:
            return value
        if isinstance(value, dict):
            return {name: self.scrubbed(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.scrubbed(one) for one in value]
        return self._scrub(value) if isinstance(value, str) else value

    def _field_of(self, path: tuple[str, ...]) -> str | None:
        return next((field for parts, field in self._fields.items() if path[-len(parts) :] == parts), None)

    def _learn_texts(self, value: Json) -> None:
        if isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                self._learn_texts(one)
        elif value is not None and not isinstance(value, bool) and len(str(value)) >= _SHORTEST and len(self._texts) < _MOST_TEXTS:
            self._texts[str(value)] = None
            self._pattern = None

    def _scrub(self, text: str) -> str:
        if not self._texts:
            return text
        if self._pattern is None:
            # The longest first: one may be the beginning of another.
            self._pattern = re.compile("|".join(re.escape(one) for one in sorted(self._texts, key=len, reverse=True)))
        return self._pattern.sub(HIDDEN, text)
