from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest

from rag.web.documents_tab import DocumentsTab
from rag.web.doings import Doings
from rag.web.library import Library
from tests.web.shelves import open_library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = open_library(tmp_path)
    yield library
    library.close()


def laid_out(library: Library) -> DocumentsTab:
    """A tab on a page that is not served; Gradio leaves an event loop unclosed, which is swept up here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        with gr.Blocks():
            tab = DocumentsTab(library)
        asyncio.set_event_loop(None)
        gc.collect()
    return tab


@pytest.mark.parametrize("sent", [{"action": "burn", "document": "minutes.txt"}, {"action": None}, {}, None])
def test_what_nobody_knows_how_to_do_leaves_what_is_shown(library: Library, sent: dict[str, object] | None) -> None:
    tab, doings = laid_out(library), Doings()
    list(doings.telling(iter(["what was done before"])))
    assert list(tab._act(doings, gr.EventData(None, sent))) == ["what was done before"]
    assert len(library.documents()) == 2
