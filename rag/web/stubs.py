"""Gradio, imported without the type stubs that it writes of its own components, which takes longer than the rest.

It reads, parses and renders the source of each component, every time, and writes the result into its own package.
Components whose source is no file it passes over; here that is all of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_stubs() -> Iterator[None]:
    """Have Gradio write no stubs while this lasts; for its import, before any other thread runs."""
    getfile = inspect.getfile

    def elsewhere(thing: object) -> str:
        if isinstance(thing, type) and thing.__module__.partition(".")[0] == "gradio":
            raise OSError(f"{thing.__name__}: not to be read")
        return getfile(thing)  # type: ignore[arg-type]  # whatever it is given

    inspect.getfile = elsewhere  # type: ignore[assignment]  # it takes more
    try:
        yield
    finally:
        inspect.getfile = getfile
