from __future__ import annotations

import inspect
import subprocess
import sys
from contextlib import suppress

from rag.web.stubs import no_stubs

_COUNT = """
import ast, sys
parse, asked = ast.parse, []
def counting(*given, **named):
    asked.append(sys._getframe(1).f_globals["__name__"])
    return parse(*given, **named)
ast.parse = counting
import rag.web
from rag.config import Config
from rag.errors import UsageError
IMPORT
print(asked.count("gradio.component_meta"))
"""
_SERVE = """
try:
    rag.web.serve(Config(port=0, auth="missing.txt"))
except UsageError as exc:
    assert "missing.txt" in str(exc), exc
"""


def read_by_gradio(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _COUNT.replace("IMPORT", how)], capture_output=True, text=True, check=True, timeout=120
    )
    return int(done.stdout)


def test_serving_imports_gradio_without_its_stubs() -> None:
    assert read_by_gradio("import gradio") > 50
    assert read_by_gradio(_SERVE) == 0


def test_others_are_told_where_a_class_is_meanwhile_and_all_are_afterwards() -> None:
    before = inspect.getfile
    with suppress(ZeroDivisionError), no_stubs():
        assert inspect.getfile(subprocess.Popen).endswith("subprocess.py")
        raise ZeroDivisionError
    assert inspect.getfile is before
