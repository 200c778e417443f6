"""Is everything here that the program needs? Looks, changes nothing, and loads no model library.

Each finding has a remedy where something is amiss. Knows the settings, the cache of weights and the index.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from subprocess import CalledProcessError, TimeoutExpired
from typing import Any, Literal

from rag.answerability import judge_of
from rag.calibration import Calibration, load
from rag.config import Config, index_command
from rag.errors import ConfigError, RagError
from rag.factory import approximation, open_store, open_weights
from rag.inference.machine_speed import PROMPT_TOKENS, Speed, measured
from rag.weights.catalogue import CATALOGUE
from rag.weights.convert import FAST_BFLOAT16

State = Literal["ok", "note", "broken"]

_PACKAGE = "footnote-rag"
_FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "i8mm", "bf16")
"""Processor features that decide the speed, as Linux names them."""
_LEAST_FREE_BYTES = 5_000_000_000
"""Room that fetching and converting the default generator takes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        name: What was looked at.
        state: `ok`, `note` for what will be mended on its own, or `broken`.
        detail: What was found.
        remedy: One command or action that mends it; empty where nothing needs mending.
    """

    name: str
    state: State
    detail: str
    remedy: str = ""

    @property
    def broken(self) -> bool:
        """True where the program will not work as it is."""
        return self.state == "broken"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def examine(config: Config) -> list[Finding]:
    """Look at everything.

    Args:
        config: The settings whose weights and index are looked at.

    Returns:
        Findings in a fixed order: versions, device, SQLite, network, weights, index.
    """
    return [
        _python(),
        *_packages(),
        _processor(Path("/proc/cpuinfo")),
        _graphics(),
        _sqlite(),
        _network(config),
        *_weights(config),
        _index(config),
    ]


def reach(config: Config) -> list[Finding]:
    """What the processor should reach with the models of the settings, told from how fast it multiplies.

    Takes some seconds.

    Args:
        config: Its embedder and its generator are spoken of where they are of the catalogue.

    Returns:
        Passages embedded a second, seconds for a usual prompt, tokens written a second.
    """
    try:
        speed = measured()
    except (CalledProcessError, TimeoutExpired) as exc:
        return [Finding("speed", "note", f"not measured: {exc}", "run it again while nothing else runs")]
    return [Finding(f"speed of {what}", "ok", f"{amount} ({speed.dtype})") for what, amount in _reached(speed, config)]


def _reached(speed: Speed, config: Config) -> Iterator[tuple[str, str]]:
    embedder, generator = (CATALOGUE.get(name) for name in (config.embedder, config.generator))
    if embedder:
        amount = speed.passages_per_s(embedder.parameters, config.chunk_tokens)
        yield "indexing", f"{amount:,.0f} passages of {config.chunk_tokens} tokens a second"
    if generator:
        yield "reading", f"{speed.prompt_s(generator.parameters):.2f} s for a prompt of {PROMPT_TOKENS} tokens"
        yield "writing", f"{speed.tokens_per_s(generator.parameters):.1f} tokens a second"


def _python() -> Finding:
    return Finding("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _packages() -> Iterator[Finding]:
    """One finding for all packages that are there, and one for each that is not."""
    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(text) for text in requires(_PACKAGE) or ()]
    except PackageNotFoundError:
        yield Finding("packages", "note", f"{_PACKAGE} itself is not installed", "make install")
        return
    found = []
    for requirement in (r for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})):
        try:
            here = version(requirement.name)
        except PackageNotFoundError:
            yield Finding(requirement.name, "broken", f"missing; {requirement} is needed", "make install")
            continue
        if not requirement.specifier.contains(here, prereleases=True):
            yield Finding(requirement.name, "broken", f"{here}; {requirement} is needed", "make install")
        found.append(f"{requirement.name} {here}")
    yield Finding("packages", "ok", ", ".join(found))


def _processor(cpuinfo: Path) -> Finding:
    try:
        lines = cpuinfo.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    flags = next((set(line.split()) for line in lines if line.lower().startswith(("flags", "features"))), set[str]())
    known = [name for name in _FEATURES if name in flags]
    fast = "bfloat16 is fast" if flags & FAST_BFLOAT16 else "bfloat16 is slow: weights are kept in float32"
    detail = f"{os.cpu_count()} cores; " + (f"{' '.join(known)}; {fast}" if lines else "features unknown")
    return Finding("processor", "ok", detail)


def _graphics() -> Finding:
    try:
        build = version("torch").partition("+")[2] or "default build"
    except PackageNotFoundError:
        build = "no torch"
    driver = "NVIDIA driver found" if shutil.which("nvidia-smi") else "no NVIDIA driver found"
    return Finding("accelerator", "ok", f"{driver}; torch: {build}")


def _sqlite() -> Finding:
    try:
        with closing(sqlite3.connect(":memory:")) as db:
            db.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    except sqlite3.Error as exc:
        return Finding("sqlite", "broken", f"{sqlite3.sqlite_version} without FTS5: {exc}", "use another Python build")
    return Finding("sqlite", "ok", f"{sqlite3.sqlite_version} with FTS5")


def _network(config: Config) -> Finding:
    return Finding(
        "network", "ok", "offline: nothing is fetched" if config.offline else "used to fetch missing weights"
    )


def _weights(config: Config) -> Iterator[Finding]:
    """What the settings need, then what else is in the cache, sizes compared, digests not."""
    weights = open_weights(config)
    cached = {status.name: status for status in weights.listing()}
    needed = [name for name in (config.embedder, config.generator, config.judge, config.reranker) if name]
    for name in needed:
        if name == "extractive" or name.startswith("openai:"):
            yield Finding(f"weights {name}", "ok", "needs none")
        elif name in cached and cached[name].present:
            yield Finding(f"weights {name}", "ok", f"{cached[name].size_bytes / 1e6:,.0f} MB in {cached[name].folder}")
        elif Path(name).exists():
            yield Finding(f"weights {name}", "ok", "a local path")
        else:
            yield _missing(name, config.offline)
    yield _room(weights.cache)


def _missing(name: str, offline: bool) -> Finding:
    then = "and offline mode forbids fetching them" if offline else "fetched when first used"
    return Finding(f"weights {name}", "broken" if offline else "note", f"not here, {then}", f"rag models pull {name}")


def _room(cache: Path) -> Finding:
    there = next(folder for folder in (cache, *cache.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free / 1e9:,.1f} GB free for weights in {cache}"
    if free < _LEAST_FREE_BYTES:
        return Finding("disk", "note", detail, "make room, or name another folder with RAG_CACHE")
    return Finding("disk", "ok", detail)


def _index(config: Config) -> Finding:
    from rag.folder import left_out
    from rag.store import SqliteStore

    rebuild = index_command(config.folder, config.index)
    try:
        problems = SqliteStore.check(Path(config.index))
        if problems:
            remedy = problems[0].remedy or rebuild
            return Finding("index", "broken", "; ".join(problem.what for problem in problems), remedy)
        with closing(open_store(config)) as store:
            documents, made_with = store.documents(), store.manifest.embedder
        aside, calibration = len(left_out(Path(config.index))), load(Path(config.index))
    except RagError as exc:
        return Finding("index", "broken", exc.message, exc.hint or rebuild)
    chunks = sum(info.chunks for info in documents)
    if made_with != config.embedder:
        found = f"{config.index}: made with {made_with}, not with {config.embedder}"
        return Finding("index", "broken", found, f"name it with --embedder {made_with}, or: {rebuild} --rebuild")
    detail = f"{config.index}: {len(documents):,} documents, {chunks:,} passages"
    parts = [detail, f"{aside:,} left out" if aside else "", approximation(config), _fitted(calibration, config)]
    return Finding("index", "ok", ", ".join(part for part in parts if part))


def _fitted(calibration: Calibration | None, config: Config) -> str:
    """What the refusals were fitted to, and whether that decides with these settings."""
    if calibration is None:
        return ""
    by = calibration.judge or "retrieval"
    said = f"refusals fitted to it on {calibration.made}, decided by {by}"
    try:
        asked = judge_of(config.generator, config.judge)
    except ConfigError:
        asked = config.judge
    if asked != calibration.judge:
        return f"{said}, which does not count with these settings: {asked or 'retrieval'} decides"
    if calibration.outdated:
        again = shlex.join(["rag", "calibrate", "--index", config.index])
        return f"{said} of an earlier version, which does not count: {again} fits them anew"
    return f"{said}: {calibration.said()}"
