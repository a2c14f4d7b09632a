"""S08: whatever is written, it is refused with a place, fails with a name of ours, or is plain JSON."""

import random

import pytest

from interpreter.expressions import workflow_meter
from tests.interpreter.expressions.rendering import outcome, rendered

ATTACKS = [
    "''.__class__.__mro__[1].__subclasses__()",
    "input.__class__",
    "input.__init__.__globals__",
    "(1).__class__.__base__",
    "[].__class__.__base__.__subclasses__()",
    "{}.__class__",
    "$sum.__globals__",
    "$sum.__code__.co_consts",
    "function($x){$x}.__globals__",
    "(function($x){$x}).environment.parent",
    "(function($x){$x}).body.value",
    "$string(function($x){$x})",
    "$string($sum)",
    "$type($sum)",
    "'{0.__class__}'",
    "'{0.__class__.__mro__}' & input",
    "$replace('a', 'a', '{0.__class__}')",
    "$formatNumber(1, '{0}')",
    "$join(['{0.__init__}', '%s', '%(x)s', '$x'])",
    "input.constructor",
    "input.constructor.constructor('return process')()",
    "(input.constructor)('x')",
    "''.constructor",
    "$lookup(input, 'constructor')",
    "$lookup(input, '__class__')",
    "$lookup($sum, '__globals__')",
    "$lookup([$sum], 'run')",
    "$sum.run",
    "$sum.signature",
    "$keys($sum)",
    "$spread($sum)",
    "$each($sum, function($v, $k){$k})",
    "$merge([$sum])",
    "input.`__class__`",
    "input.`__cla`.`ss__`",
    "`__import__`('os')",
    'input."__class__"',
    "input.'\\u005f\\u005fclass\\u005f\\u005f'",
    'input."\\u005f_class_\\u005f"',
    "$eval('1')",
    "$eval('$sum')",
    "($e := $eval; $e('1'))",
    "$map(['1'], $eval)",
    "'1' ~> $eval",
    "'1' ~> $eval()",
    "$eval(?)",
    "{'f': $eval}.f('1')",
    "$lookup({'f': $sum}, 'f')([1])",
    "{'f': $sum}.f([1, 2])",
    "$append($sum, $count)",
    "[$sum][0]([1, 2])",
    "$reduce([$sum, $count], function($a, $b) { $b })",
    "input ~> $sum ~> $count ~> $string ~> $lookup",
    "$sum ~> $count",
    "($sum ~> $string)([1])",
    "$substring ~> $substring ~> $substring",
    "input@$sum.a",
    "input#$map.a",
    "input@$exists.($exists)",
    "($exists := function($x) { $x }; input.nothing ?? 1)",
    "($sum := 1; $sum([1]))",
    "($$ := 5; $$)",
    "($ := 5; $)",
    "($__evaluate_entry := 1)",
    "$__evaluate_exit",
    "import('os')",
    "__import__('os').system('id')",
    "require('child_process')",
    "open('/etc/passwd')",
    "exec('1')",
    "globals()",
    "lambda: 1",
    "$import('os')",
    "$system('id')",
    "{'__proto__': {'polluted': true}}",
    "$merge([{}, {'__proto__': {'x': 1}}])",
    "{'__proto__': 1}.x",
    "{} ~> |$|{'__proto__': {'x': 1}}|",
    "input ~> |$|{'__class__': 1}|",
    "{'a': $sum} ~> |$|{'b': 1}|",
    "%",
    "%.%.%",
    "input.%.%.%",
    "**",
    "$$.**",
    "$.*",
    "$keys($$)",
    "$string($$)",
    "$string()",
    "/(?P<x>a)(?P=x)/('aa')",
    "/a/.pattern",
    "/a/('a').next().next()",
    "$match('a', function($s) { {'match': $s, 'start': 0, 'end': 1, 'groups': [], 'next': $sum} })",
    "$match('a', function($s) { {'match': $sum, 'start': 0, 'end': 1, 'groups': []} })",
    "$sort([3, 1, 2], $eval)",
    "$sort([$sum, $count])",
    "$number('nan')",
    "$number('infinity')",
    "$number('1_000')",
    "$number('٣')",
    "$toMillis('now')",
    "$fromMillis(1e300)",
    "$fromMillis(-1e15, '[Y]')",
    "$base64decode('////')",
    "'\\ud800'",
    "'\\u0000'",
    "{'\\ud800': 1}",
    "$encodeUrl('\\ud800')",
    "$formatInteger(1e300, 'w')",
    "$formatBase(1, 1e10)",
    "$pad('a', 5, '')",
    "$error($sum)",
    "$error(input)",
    "$assert(false, $string(input))",
    "$zip()",
    "$zip(1, $sum)",
    "$shuffle($sum)",
    "$random(1)",
    "1 ~> 2",
    "()()",
    "{}()",
    "$()",
    "$$()",
    "[..]",
    "!",
    "~",
    "a!b",
    "@$x",
    "#$x",
    "|",
    "||",
    "|a|",
    ";",
    ":",
    "?",
    "λ",
    "λ($x){$x}(1)",
    "function",
    "function()",
    "function(a){1}",
    "function($x)<",
    "function($x)<x:x>{$x}(1)",
    "\x00",
    "\u202e",
    "\ufeff1",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_s08_an_attack_meets_nothing_but_json(attack: str) -> None:
    for scope in ({"input": {"a": 1}}, {"input": {"list": [1, {"__class__": 2}]}, "nodes": {}}):
        assert outcome(attack, scope) in {"problem", "value", "MissingValue", "TypeError", "ExpressionError", "NumberRange", "BudgetExceeded"}  # fmt: skip


def test_s08_the_corpus_has_at_least_sixty_attacks() -> None:
    assert len(set(ATTACKS)) >= 60


@pytest.mark.parametrize("name", ["__class__", "__proto__", "constructor", "__dict__", "items", "get"])
def test_s08_no_name_reaches_behind_the_json(name: str) -> None:
    assert rendered(f"$exists(input.{name})", {"input": {}}) is False
    assert rendered(f"$exists(input.text.{name})", {"input": {"text": "abc"}}) is False
    assert rendered(f"{{'{name}': 1}}.{name}") == 1


PIECES = [
    *"()[]{}.,;:?!=<>+-*/%&|^@#~'\"`\\$ \n", "{{", "}}", "{{{{", "input", "nodes.a", "$", "$$", "$sum", "$map", "$eval", "function", "function($x){",
    "λ", "and", "or", "in", "true", "null", "1", "1e308", "-", "..", ":=", "??", "?:", "~>", "**", "/*", "*/", "/a/", "'x'", '"y"', "\\u0041", "\ud800",
    "é", "😀", "\x00", "input.items", "[0]", "[]", "^(", "@$x", "#$i", "|", "%", "$string(", "$replace('a','a',", "<s:s>", "?",
]  # fmt: skip


def outcome_of(text: str) -> str:
    return outcome(text, {"input": {"items": [1, "x", None, {"a": [2]}]}, "nodes": {"a": 1}}, workflow_meter(0, ""))


def _changed(text: str, chance: random.Random) -> str:
    pieces = list(text)
    for _ in range(chance.randint(1, 3)):
        pieces.insert(chance.randrange(len(pieces) + 1), chance.choice(PIECES))
        del pieces[chance.randrange(len(pieces))]
    return "".join(pieces)


def test_s08_ten_thousand_random_texts_raise_nothing_but_our_own_failures() -> None:
    chance = random.Random(8)
    seen: dict[str, int] = {}
    for number in range(10_000):
        if number % 3:
            text = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 14)))
        else:
            text = _changed(chance.choice(ATTACKS), chance)
        ended = outcome_of(text)
        seen[ended] = seen.get(ended, 0) + 1
    assert seen["problem"] > 1_000 and seen["value"] > 100
