"""Many threads, one template: nobody gets another's data."""

from concurrent.futures import ThreadPoolExecutor

from interpreter.expressions import parse_template
from tests.interpreter.expressions.rendering import activity

TEMPLATE = {
    "mapped": "{{ $map(input.list, function($x) { $x.id & '-' & $string(input.me) }) }}",
    "plain": "{{ input.me }}",
    "text": "{{ $join($match(input.name, /[0-9]+/).match, ',') }} of {{ input.name }}",
    "sorted": "{{ input.list^(>id).id }}",
}


def test_eight_threads_render_their_own_data_through_one_template() -> None:
    template = parse_template(TEMPLATE)

    def work(me: int) -> int:
        wrong = 0
        for turn in range(100):
            scope = {"input": {"me": me, "name": f"n{me}x{turn}", "list": [{"id": me * 1000 + turn}, {"id": me}]}}
            expected = {
                "mapped": [f"{me * 1000 + turn}-{me}", f"{me}-{me}"],
                "plain": me,
                "text": f"{me},{turn} of n{me}x{turn}",
                "sorted": sorted([me * 1000 + turn, me], reverse=True),
            }
            wrong += template.render(scope, activity()) != expected
        return wrong

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == [0] * 8
