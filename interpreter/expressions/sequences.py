"""Paths and what stands in them: steps, filters, wildcards, grouping, ordering and bound variables."""

import functools
from collections.abc import Iterable
from typing import Any

from jsonata.utils import Utils

from interpreter.expressions.engine import Engine, Frame
from interpreter.expressions.errors import EvaluationError, OperandError
from interpreter.expressions.meter import Meter
from interpreter.expressions.operators import kind_of
from interpreter.expressions.tree import Node
from interpreter.expressions.values import MAX_VALUE_DEPTH, POINTER_BYTES, is_number, null_of, too_nested, truth

JList = Utils.JList
_ROW_BYTES = 400
"""A row of bound variables is an object of its own."""


def sequence(items: Iterable[Any] = ()) -> Any:
    """A result sequence: one that collapses to its item when it has only one."""
    made = JList(items)
    made.sequence = True
    return made


def is_rows(value: Any) -> bool:
    """Whether a list holds rows of bound variables (`@$x`, `#$i`, `%`) instead of values."""
    return isinstance(value, JList) and value.tuple_stream


def look_up(value: Any, name: str, meter: Meter) -> Any:
    """The field of an object, or of every object in an array."""
    if isinstance(value, dict):
        found = value.get(name)
        return null_of(found) if found is not None or name in value else None
    if not isinstance(value, list):
        return None
    meter.step(len(value) >> 2)
    result = sequence()
    for item in value:
        found = look_up(item, name, meter)
        if isinstance(found, list):
            meter.grow(POINTER_BYTES * len(found))
            result.extend(found)
        elif found is not None:
            meter.grow(POINTER_BYTES)
            result.append(found)
    return result


class Sequences(Engine):
    """The part of an evaluation that walks paths."""

    def walk_path(self, expr: Node, context: Any, environment: Frame) -> Any:
        steps = expr.steps
        wrapped = not isinstance(context, list) or steps[0].type == "variable"
        items = sequence([context]) if wrapped else context
        result: Any = None
        rows: Any = None
        last = len(steps) - 1
        for place, step in enumerate(steps):
            if place == 0 and step.consarray:
                result = self.eval(step, items, environment)
            elif rows is not None or step.tuple is not None:
                rows = self._walk_rows(step, items, rows, environment)
                continue
            else:
                result = self._walk_step(step, items, environment, place == last, wrapped and place == 0)
            if not result:
                break
            if step.focus is None:
                items = result
        if rows is not None:
            result = rows if expr.tuple is not None else sequence(row["@"] for row in rows)
        if expr.keep_singleton_array:
            result = _keep_singleton(result)
        if expr.group is not None:
            result = self.group(expr.group, rows if rows is not None else result, environment)
        return result

    def _walk_step(self, step: Node, items: Any, environment: Frame, last: bool, wrapped: bool) -> Any:
        if step.type == "sort":
            result = self._order(step, items, environment)
            return self._stages(step.stages, result, environment) if step.stages is not None else result
        meter = self.meter
        values = []
        for item in items:
            value = self.eval(step, item if wrapped else null_of(item), environment)
            if step.stages is not None:
                for stage in step.stages:
                    value = self.filter(stage.expr, value, environment)
            if value is not None:
                values.append(value)
        if last and len(values) == 1 and isinstance(values[0], list) and not Utils.is_sequence(values[0]):
            return values[0]
        result = sequence()
        for value in values:
            if not isinstance(value, list) or (isinstance(value, JList) and value.cons):
                result.append(value)
            else:
                meter.grow(POINTER_BYTES * len(value))
                result.extend(value)
        meter.grow(POINTER_BYTES * len(values))
        return result

    def _stages(self, stages: list[Node], items: Any, environment: Frame) -> Any:
        for stage in stages:
            if stage.type == "filter":
                items = self.filter(stage.expr, items, environment)
            elif stage.type == "index":
                for place, row in enumerate(items):
                    row[stage.value] = place
        return items

    def _walk_rows(self, step: Node, items: Any, rows: Any, environment: Frame) -> Any:
        if step.type == "sort":
            if rows is not None:
                result = self._order(step, rows, environment)
            else:
                ordered = self._order(step, items, environment)
                self.meter.grow(_ROW_BYTES * len(ordered))
                result = sequence({"@": item, step.index: place} for place, item in enumerate(ordered))
            result.tuple_stream = True
            return self._stages(step.stages, result, environment) if step.stages is not None else result
        result = sequence()
        result.tuple_stream = True
        for row in rows if rows is not None else [{"@": item} for item in items or ()]:
            value = self.eval(step, null_of(row["@"]), self._row_frame(environment, row))
            if value is not None:
                self._add_rows(step, row, value if isinstance(value, list) else [value], result)
        return self._stages(step.stages, result, environment) if step.stages is not None else result

    def _add_rows(self, step: Node, row: dict[str, Any], values: list[Any], result: list[Any]) -> None:
        self.meter.grow(_ROW_BYTES * len(values))
        inner = is_rows(values)
        for place, value in enumerate(values):
            made = dict(row)
            if inner:
                made.update(value)
            else:
                made[step.focus if step.focus is not None else "@"] = value
                if step.index is not None:
                    made[step.index] = place
                if step.ancestor is not None:
                    made[step.ancestor.label] = row["@"]
            result.append(made)

    def _row_frame(self, environment: Frame, row: dict[str, Any]) -> Frame:
        return Frame(environment, dict(row))

    def filter(self, predicate: Node, items: Any, environment: Frame) -> Any:
        """The items for which a predicate holds, or at the index it names."""
        results = sequence()
        rows = is_rows(items)
        results.tuple_stream = rows
        if items is None:
            return results
        if not isinstance(items, list):
            items = [items]
        if predicate.type == "number":
            return _item_at(items, predicate.value, results)
        size = len(items)
        for place, item in enumerate(items):
            if rows:
                found = self.eval(predicate, null_of(item["@"]), self._row_frame(environment, item))
            else:
                found = self.eval(predicate, null_of(item), environment)
            if is_number(found):
                found = [found]
            if isinstance(found, list) and all(is_number(each) for each in found):
                self.meter.step(len(found) >> 2)
                results.extend(item for each in found if _place(each, size) == place)
            elif truth(found, self.meter):
                results.append(item)
        self.meter.grow(POINTER_BYTES * len(results))
        return results

    def _wildcard(self, expr: Node, context: Any, environment: Frame) -> Any:
        if isinstance(context, JList) and context.outer_wrapper and context:
            context = context[0]
        results = sequence()
        if isinstance(context, dict):
            for value in context.values():
                self._flatten(value, results, 0)
        elif isinstance(context, list):
            for value in context:
                self._flatten(value, results, 0)
        return results

    def _flatten(self, value: Any, results: list[Any], level: int) -> None:
        if isinstance(value, list):
            if level > MAX_VALUE_DEPTH:
                raise too_nested()
            for item in value:
                self._flatten(item, results, level + 1)
            return
        self.meter.grow(POINTER_BYTES)
        results.append(null_of(value))

    def _descendants(self, expr: Node, context: Any, environment: Frame) -> Any:
        results = sequence()
        if context is None:
            return None
        self._descend(context, results, 0)
        return results[0] if len(results) == 1 else results

    def _descend(self, value: Any, results: list[Any], level: int) -> None:
        if level > MAX_VALUE_DEPTH:
            raise too_nested()
        self.meter.step()
        if isinstance(value, list):
            for item in value:
                self._descend(item, results, level + 1)
            return
        self.meter.grow(POINTER_BYTES)
        results.append(null_of(value))
        if isinstance(value, dict):
            for item in value.values():
                self._descend(item, results, level + 1)

    def group(self, expr: Node, items: Any, environment: Frame) -> Any:
        """`{key: value}`: one field for each key, its value made from all the items of that key."""
        rows = is_rows(items)
        if not isinstance(items, list):
            items = [items]
        elif not items:
            items = [] if rows else [None]
        else:
            items = [null_of(item) for item in items]
        groups: dict[str, tuple[int, list[Any]]] = {}
        for item in items:
            frame = self._row_frame(environment, item) if rows else environment
            for place, pair in enumerate(expr.lhs_object):
                key = self.eval(pair[0], null_of(item["@"]) if rows else item, frame)
                if key is None:
                    continue
                if not isinstance(key, str):
                    raise OperandError(f"a key of an object is {kind_of(key)}, not a text", code="T1003")
                known = groups.setdefault(key, (place, []))
                if known[0] != place:
                    raise EvaluationError(f'two keys of the object are "{key[:100]}"', code="D1009")
                known[1].append(item)
                self.meter.grow(POINTER_BYTES)
        return self._grouped(expr, groups, environment, rows)

    def _grouped(
        self, expr: Node, groups: dict[str, tuple[int, list[Any]]], environment: Frame, rows: bool
    ) -> dict[str, Any]:
        result = {}
        for key, (place, members) in groups.items():
            frame = environment
            context: Any
            if rows:
                columns = self._columns(members)
                context = columns.pop("@", None)
                frame = Frame(environment, columns)
            else:
                context = members[0] if len(members) == 1 else self._joined(members)
            value = self.eval(expr.lhs_object[place][1], context, frame)
            if value is not None:
                self.meter.grow(POINTER_BYTES + len(key))
                result[key] = value
        return result

    def _joined(self, members: list[Any]) -> Any:
        joined = sequence()
        for member in members:
            if isinstance(member, list):
                self.meter.grow(POINTER_BYTES * len(member))
                joined.extend(member)
            else:
                joined.append(member)
        return joined

    def _columns(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        if len(rows) == 1:
            return dict(rows[0])
        self.meter.grow(POINTER_BYTES * len(rows) * len(rows[0]))
        return {name: self._joined([row[name] for row in rows if row.get(name) is not None]) for name in rows[0]}

    def _order(self, expr: Node, items: Any, environment: Frame) -> Any:
        rows = is_rows(items)

        def keys(item: Any) -> tuple[Any, list[Any]]:
            frame = self._row_frame(environment, item) if rows else environment
            context = null_of(item["@"] if rows else item)
            return item, [self.eval(term.expression, context, frame) for term in expr.terms]

        def compare(one: tuple[Any, list[Any]], other: tuple[Any, list[Any]]) -> int:
            self.meter.step()
            for term, a, b in zip(expr.terms, one[1], other[1], strict=True):
                ordered = _ordered(a, b)
                if ordered:
                    return -ordered if term.descending and a is not None and b is not None else ordered
            return 0

        self.meter.grow(_ROW_BYTES * len(items))
        keyed = [keys(item) for item in items]
        result = sequence(item for item, _ in sorted(keyed, key=functools.cmp_to_key(compare)))
        result.tuple_stream = rows
        return result


def _ordered(a: Any, b: Any) -> int:
    if a is None or b is None:
        # Nothing comes last, in either direction.
        return (a is None) - (b is None)
    for value in (a, b):
        if not isinstance(value, str) and not is_number(value):
            raise OperandError(f"^( ) orders by numbers or texts, not {kind_of(value)}", code="T2008")
    if isinstance(a, str) != isinstance(b, str):
        raise OperandError(f"^( ) can't compare {kind_of(a)} with {kind_of(b)}", code="T2007")
    return int(a > b) - int(a < b)


def _item_at(items: Any, index: float, results: Any) -> Any:
    place = _place(index, len(items))
    if 0 <= place < len(items):
        item = null_of(items[place])
        if isinstance(item, list):
            return item
        results.append(item)
    return results


def _place(index: float, size: int) -> int:
    place = int(index // 1)
    return place + size if place < 0 else place


def _keep_singleton(result: Any) -> Any:
    if not isinstance(result, JList):
        result = JList(() if result is None else result)
    if result.cons and not result.sequence:
        result = sequence([result])
    result.keep_singleton = True
    return result
