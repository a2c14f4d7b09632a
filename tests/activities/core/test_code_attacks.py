"""Code that wants out, or wants everything for itself."""

import os
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from activities.kit.code_runtime import MEBIBYTE, CodeRequest, CodeRuntime
from activities.kit.errors import CodeError, CodeTimeout, MemoryLimit, NodeError

ANY_LIMIT = (CodeError, CodeTimeout, MemoryLimit)


@pytest.fixture(scope="module")
async def runtime() -> AsyncIterator[CodeRuntime]:
    made = CodeRuntime()
    yield made
    await made.close()


async def run(runtime: CodeRuntime, code: str, **inputs: Any) -> Any:
    request = CodeRequest(code, inputs, seconds=1.0, memory_bytes=32 * MEBIBYTE, at_ms=0, seed="s")
    return await runtime.run(request, lambda line: None)


@pytest.mark.parametrize(
    "code",
    [
        "output = open('/etc/passwd').read()",
        "output = open('/proc/self/environ').read()",
        "f = open('/tmp/holdfast-escape', 'w')\nf.write('x')\noutput = 1",
        "from pathlib import Path\noutput = Path('/etc/hostname').read_text()",
        "from pathlib import Path\nPath('/tmp/holdfast-escape').write_text('x')\noutput = 1",
        "import os\noutput = os.listdir('/')",
        "import os\noutput = dict(os.environ)",
        "import os\noutput = os.getenv('PATH')",
        "import os\nos.system('touch /tmp/holdfast-escape')\noutput = 1",
        "import subprocess\noutput = subprocess.run(['id'])",
        "import socket\noutput = socket.create_connection(('127.0.0.1', 80))",
        "import urllib.request\noutput = urllib.request.urlopen('http://127.0.0.1')",
        "import http.client\noutput = 1",
        "import ctypes\noutput = 1",
        "import importlib\noutput = importlib.import_module('os')",
        "output = __import__('os').listdir('/')",
        "import sys\noutput = str(sys.modules['os'])",
        "import pydantic_monty\noutput = 1",
        "import activities\noutput = 1",
    ],
)
async def test_files_network_and_environment_are_out_of_reach(runtime: CodeRuntime, code: str) -> None:
    with pytest.raises(CodeError):
        await run(runtime, code)
    assert not Path("/tmp/holdfast-escape").exists()


@pytest.mark.parametrize(
    "code",
    [
        "output = str(().__class__.__base__.__subclasses__())",
        "output = str(type(1).__mro__[-1].__subclasses__())",
        "output = '{0.__class__.__init__.__globals__}'.format(1)",
        "def f(): pass\noutput = str(f.__globals__)",
        "def f(): pass\noutput = str(f.__code__)",
        "output = str((lambda: 0).__closure__)",
        "try:\n    1/0\nexcept Exception as e:\n    output = str(e.__traceback__.tb_frame.f_globals)",
        "import json\noutput = str(json.__loader__)",
        "output = getattr(1, '__cla' + 'ss__').__name__ + str(getattr(int, '__subclasses__')())",
    ],
)
async def test_no_walk_over_python_itself_leads_anywhere(runtime: CodeRuntime, code: str) -> None:
    with pytest.raises(CodeError):
        await run(runtime, code)


async def test_an_evaluated_text_has_no_more_rights(runtime: CodeRuntime) -> None:
    with pytest.raises(CodeError):
        await run(runtime, "output = eval(\"open('/etc/passwd').read()\")")
    with pytest.raises(CodeError):
        await run(runtime, "exec(\"import os\\noutput = os.listdir('/')\")")


async def test_an_environment_variable_of_the_worker_is_never_seen(runtime: CodeRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_ENCRYPTION_KEYS", "canary-4711")
    fresh = CodeRuntime()
    try:
        for code in ("import os\noutput = str(os.environ)", "import os\noutput = os.getenv('HOLDFAST_ENCRYPTION_KEYS')"):
            with pytest.raises(CodeError) as refused:
                await run(fresh, code)
            assert "canary" not in refused.value.message
    finally:
        await fresh.close()
    assert os.environ["HOLDFAST_ENCRYPTION_KEYS"] == "canary-4711"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("while True: pass", CodeTimeout),
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", CodeTimeout),
        ("output = 10 ** 10 ** 7", ANY_LIMIT),
        ("x = 2\nwhile True: x = x * x", ANY_LIMIT),
        ("output = 'x' * 10 ** 9", MemoryLimit),
        ("output = [0] * 10 ** 9", MemoryLimit),
        ("a = ['x']\nwhile True: a = a + a", MemoryLimit),
        ("s = 'x'\nwhile True: s += s", MemoryLimit),
        ("d = {}\ni = 0\nwhile True:\n    d[i] = str(i) * 100\n    i += 1", MemoryLimit),
        ("output = list(range(10 ** 9))", ANY_LIMIT),
        ("output = sum(range(10 ** 12))", ANY_LIMIT),
        ("def f(n): return f(n + 1)\noutput = f(0)", CodeError),
        ("f = lambda f: f(f)\noutput = f(f)", CodeError),
        ("a = []\nfor i in range(100000): a = [a]\noutput = a", ANY_LIMIT),
        ("output = " + "(" * 3000 + "1" + ")" * 3000, ANY_LIMIT),
        ("output = " + "-" * 50_000 + "1", ANY_LIMIT),
        ("import re\noutput = re.match('(a|a)*(a|a)*(a|a)*b', 'a' * 5000) is None and 1/0", ANY_LIMIT),
        ("while True: print('x' * 1000)", CodeTimeout),
        ("while True: print('x' * 1000, end='')", CodeTimeout),
        ("print('x' * 20_000_000)\nraise ValueError('printed')", ANY_LIMIT),
        ("output = int('9' * 10 ** 6)", ANY_LIMIT),
    ],
)
async def test_a_bomb_ends_in_a_clear_error_within_its_limits(runtime: CodeRuntime, code: str, expected: type[NodeError]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    with pytest.raises(expected):
        await run(runtime, code)
    assert time.monotonic() - begun < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 * 1024, "our own process grew"


async def test_an_output_that_unfolds_to_billions_of_values_stays_in_its_process(runtime: CodeRuntime) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for code in ("a = [0] * 10\nfor i in range(9): a = [a] * 10\noutput = a", "output = ['x' * 100_000] * 100_000"):
        with pytest.raises((MemoryLimit, CodeTimeout)):
            await run(runtime, code)
    # As a last expression too: it is not what counts, and is not taken over.
    code = "a = [0] * 10\nfor i in range(9): a = [a] * 10\noutput = 1\na"
    assert await run(runtime, code) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


async def test_a_replaced_json_module_gives_a_value_of_the_code_and_nothing_worse(runtime: CodeRuntime) -> None:
    with pytest.raises(CodeError):
        await run(runtime, "import json\njson.dumps = lambda *a, **k: 'not json'\noutput = 1")
    assert await run(runtime, "json = _json = 5\noutput = 1") == 1


async def test_inputs_larger_than_the_memory_are_refused(runtime: CodeRuntime) -> None:
    with pytest.raises(MemoryLimit):
        await run(runtime, "output = len(text)", text="x" * (40 * MEBIBYTE))


async def test_half_a_character_in_an_input_is_a_clear_error(runtime: CodeRuntime) -> None:
    with pytest.raises(CodeError):
        await run(runtime, "output = text", text="\ud800")


async def test_after_all_of_this_code_still_runs(runtime: CodeRuntime) -> None:
    assert await run(runtime, "output = 6 * 7") == 42
