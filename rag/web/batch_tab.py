"""The Batch tab: questions handed in as a file, answered in the background, and the answers to take away."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.web import asset, batches
from rag.web.batch_answers import Counter, write_table
from rag.web.batch_questions import SUFFIXES, take
from rag.web.batch_runner import Runner
from rag.web.batch_store import Batch, BatchStore
from rag.web.html import message
from rag.web.library import Library
from rag.web.sent import QUIET, text_of
from rag.web.uploads import safe_name

_TICK_S = 1.0
_LAST_S = 10.0
"""Longest wait for a batch to end that is to be deleted."""
_SAVE = """(file) => {
  if (!file) return;
  const link = Object.assign(document.createElement("a"), { href: file.url, download: file.orig_name });
  document.body.append(link);
  link.click();
  link.remove();
}"""

Owner = Callable[[gr.Request], str]
Updates = tuple[Any, ...]


class BatchTab:
    """Made inside a `gr.Tab`.

    Args:
        library: Answers, and has the index that the batches are kept beside.
        owner: Tells whose a request is; an empty string for nobody's, who can have no batch.
    """

    def __init__(self, library: Library, owner: Owner) -> None:
        self._owner = owner
        self._store = BatchStore(Path(library.config.index))
        self._runner = Runner(library)
        self._counter = Counter()
        self._secret = secrets.token_hex(32)
        self._lay_out()
        self._wire()

    def halt(self, timeout_s: float) -> bool:
        """Stop every batch; each goes on where it ended when its owner says so.

        Args:
            timeout_s: Longest wait until none runs, in seconds.

        Returns:
            True once none runs.
        """
        return self._runner.halt(timeout_s)

    def _lay_out(self) -> None:
        self._file = gr.File(
            label="Add a file of questions", file_types=list(SUFFIXES), height=140, elem_id="fn-batch-upload"
        )
        self._result = gr.HTML(elem_id="fn-batch-result", apply_default_css=False)
        self._listing = gr.HTML(elem_id="fn-batches", apply_default_css=False, js_on_load=asset.text_of("batches.js"))
        self._copy = gr.File(visible=False)
        self._timer = gr.Timer(_TICK_S, active=False)

    def _wire(self) -> None:
        shown = [self._result, self._listing, self._timer]
        gr.on(fn=self._look, outputs=shown, **QUIET)  # when the page is opened
        self._timer.tick(self._tick, outputs=shown, **QUIET)
        self._file.upload(self._take, [self._file], [self._file, *shown], **QUIET)
        self._listing.go_on(self._go_on, outputs=shown, **QUIET)
        self._listing.cancel(self._cancel, outputs=shown, **QUIET)
        self._listing.delete(self._delete, outputs=shown, **QUIET)
        self._listing.download(self._download, outputs=[self._result, self._copy], **QUIET).then(
            None, self._copy, js=_SAVE, **QUIET
        )

    def _look(self, request: gr.Request) -> Updates:
        """The list as it is now, with nothing more to say."""
        return self._shown(request, "")

    def _tick(self, request: gr.Request) -> Updates:
        result, listing, timer = self._shown(request, gr.skip())
        return result, listing, gr.skip() if timer.active else timer

    def _take(self, path: str | None, request: gr.Request) -> Updates:
        if not path:
            return None, *self._look(request)
        try:
            owner = self._owner(request)
            result = self._begun(Path(path), owner) if owner else ""
        except RagError as exc:
            result = message("error", exc.message, exc.hint)
        finally:
            Path(path).unlink(missing_ok=True)
        return None, *self._shown(request, result)

    def _begun(self, file: Path, owner: str) -> str:
        questions = take(file)
        batch = self._store.add(owner, file.name, questions)
        self._runner.start(batch)
        return batches.begun(batch, questions.remark)

    def _go_on(self, event: gr.EventData, request: gr.Request) -> Updates:
        return self._done(self._runner.start, event, request)

    def _cancel(self, event: gr.EventData, request: gr.Request) -> Updates:
        return self._done(self._runner.stop, event, request)

    def _delete(self, event: gr.EventData, request: gr.Request) -> Updates:
        return self._done(self._forget, event, request)

    def _done(self, act: Callable[[Batch], Any], event: gr.EventData, request: gr.Request) -> Updates:
        """Do something with the batch that the browser names; one that is not the owner's is let be."""
        result = ""
        try:
            with suppress(KeyError):
                act(self._store.get(self._owner(request), text_of(event, "id")))
        except RagError as exc:
            result = message("error", exc.message, exc.hint)
        return self._shown(request, result)

    def _forget(self, batch: Batch) -> None:
        if not self._runner.stop(batch, _LAST_S):
            raise RagError(f"{batch.name}: a question of it is still being answered", "delete it in a while")
        self._store.delete(batch)
        shutil.rmtree(self._place(batch), ignore_errors=True)

    def _download(self, event: gr.EventData, request: gr.Request) -> Updates:
        try:
            batch = self._store.get(self._owner(request), text_of(event, "id"))
            return "", str(self._copied(batch, "jsonl" if text_of(event, "kind") == "jsonl" else "csv"))
        except KeyError:
            return gr.skip(), None
        except RagError as exc:
            return message("error", exc.message, exc.hint), None
        except OSError as exc:
            return message("error", f"The answers could not be copied: {exc.strerror}", "Check the disk: df -h"), None

    def _copied(self, batch: Batch, kind: str) -> Path:
        """The answers so far as a file that may be fetched; Gradio takes it away after an hour."""
        stem = Path(batch.name).stem
        target = self._place(batch) / safe_name(f"{stem}-answers.{kind}")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if kind == "csv":
            write_table(batch.answers, target)
        else:
            shutil.copyfile(batch.answers, target)
        return target

    def _place(self, batch: Batch) -> Path:
        """A folder that Gradio serves from, to whoever knows what it is called: no one can guess it."""
        name = hashlib.sha256(f"{self._secret}{batch.id}".encode()).hexdigest()
        return Path(self._copy.GRADIO_CACHE) / name

    def _shown(self, request: gr.Request, result: Any) -> Updates:
        """Result, list, and whether to look again in a while."""
        owner = self._owner(request)
        if not owner:
            return batches.nobody(), "", gr.Timer(active=False)
        try:
            mine = [self._about(batch) for batch in self._store.list(owner)]
        except RagError as exc:
            return message("error", exc.message, exc.hint), gr.skip(), gr.Timer(active=False)
        return result, batches.listing(mine), gr.Timer(active=any(shown.state.running for shown in mine))

    def _about(self, batch: Batch) -> batches.Shown:
        state = self._runner.state(batch)  # first: what ended meanwhile has all its answers by now
        return batches.Shown(batch, self._counter.count(batch.answers), state)
