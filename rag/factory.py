"""The one file that names concrete classes: settings to a working pipeline or a built index.

Model libraries are imported inside the functions, so `import rag` stays light.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.answerability import judge_of, reviews
from rag.calibration import load
from rag.config import Config, load_config
from rag.errors import ConfigError, LoadError, StoreError
from rag.pipeline import Pipeline
from rag.protocols import Embedder, Generator, Judge, Progress, Reranker, no_progress

if TYPE_CHECKING:
    from rag.generator import TransformersGenerator
    from rag.indexing import Report
    from rag.models import Weights
    from rag.store import Manifest, SqliteStore

_SPLITTER_VERSION = "1"
"""Part of the manifest: raise it when the same settings would cut documents differently."""


def settings(**flags: Any) -> Config:
    """Settings from arguments, the environment and `pyproject.toml`; see `rag.config.load_config`."""
    return load_config(flags, os.environ)


def open_pipeline(index: str | Path = "index", *, progress: Progress | None = None, **flags: Any) -> Pipeline:
    """Open an index for questions.

    Args:
        index: Folder of the index.
        progress: Told of downloads and conversions.
        **flags: Any setting of `Config`, such as `generator="extractive"`.

    Returns:
        A pipeline on the local model; the weights are fetched first where they are missing.

    Raises:
        RagError: No index there, an index of another embedder, or weights that cannot be had.
    """
    return assemble(settings(index=str(index), **flags), progress or no_progress)


def build_index(
    folder: str | Path = "seeds",
    *,
    index: str | Path = "index",
    rebuild: bool = False,
    progress: Progress | None = None,
    **flags: Any,
) -> Report:
    """Make an index equal to a folder of documents.

    Args:
        folder: Folder of documents.
        index: Folder of the index; made where it is missing.
        rebuild: Whether it is made anew, beside the one there is, whose place it takes once it is whole.
        progress: Told of downloads and of the documents read.
        **flags: Any setting of `Config`, such as `embedder="org/name"`.

    Returns:
        What was done to each file.

    Raises:
        RagError: No such folder, an index of another embedder, or weights that cannot be had.
    """
    config = settings(folder=str(folder), index=str(index), **flags)
    return sync_index(config, progress or no_progress, rebuild=rebuild)


def assemble(config: Config, progress: Progress = no_progress) -> Pipeline:
    """A pipeline from settings."""
    judge_of(config.generator, config.judge)  # one that cannot judge is said at once, before any weights are loaded
    open_store(config).close()  # so is a missing index
    calibration = load(Path(config.index))
    weights = open_weights(config, progress)
    embedder = open_embedder(config, weights)
    store = open_store(config, manifest(config, embedder, weights))
    generator = open_generator(config, weights)
    judge = open_judge(config, weights, generator)
    return Pipeline(store, embedder, generator, config, open_reranker(config, weights), judge, calibration)


def sync_index(
    config: Config, progress: Progress = no_progress, anew: Collection[str] = (), *, rebuild: bool = False
) -> Report:
    """Make the index of the settings equal to their folder.

    Args:
        config: Settings.
        progress: Told of downloads and of the documents read.
        anew: Documents that are read anew, changed or not.
        rebuild: Whether another index is made of all of them, which takes the place of the one there is.

    Returns:
        What was done to each file.

    Raises:
        RagError: As in `build_index`.
    """
    from rag.folder import left_out, no_folder, remember
    from rag.indexing import Choice, sync
    from rag.rebuilding import rewritten, written

    if not Path(config.folder).is_dir():
        raise no_folder(Path(config.folder), config.index)  # before the index is made, or made to be of another folder
    if not rebuild:
        _expect_documents(config)
    weights = open_weights(config, progress)
    embedder = _embedder_when_needed(config, weights)
    opened = rewritten if rebuild else written
    with opened(Path(config.index), manifest(config, embedder, weights), progress) as store:
        remember(store.folder, Path(config.folder))
        return sync(
            Path(config.folder),
            store,
            embedder,
            chunk_tokens=config.chunk_tokens,
            max_file_bytes=config.max_file_bytes,
            progress=progress,
            choice=Choice(left_out(Path(config.index)), anew),
        )


def _expect_documents(config: Config) -> None:
    """Refuse to empty the index of another folder, as the mount point of a drive that is not there would."""
    from rag.folder import empty_folder, files_of, other_of

    folder, index = Path(config.folder), Path(config.index)
    other, shut = other_of(index, folder), list[LoadError]()
    if other and has_index(config) and not files_of(folder, shut.append) and not shut:
        with closing(open_store(config)) as store:
            if store.documents():
                raise empty_folder(folder, other, config.index)


def open_weights(config: Config, progress: Progress = no_progress) -> Weights:
    """The cache of weights that the settings name."""
    from rag.models import Weights, default_cache

    return Weights(Path(config.cache) if config.cache else default_cache(), offline=config.offline, progress=progress)


def has_index(config: Config) -> bool:
    """Whether there is an index where the settings say."""
    from rag.store import SqliteStore

    return SqliteStore.exists(Path(config.index))


def open_store(config: Config, made_with: Manifest | None = None) -> SqliteStore:
    """The index of the settings, for reading; checked against what it must have been made with where that is given."""
    from rag.store import SqliteStore

    return SqliteStore.open_existing(Path(config.index), made_with)


def approximation(config: Config) -> str:
    """How much the search by vectors loses to the size of the index, as it was measured; empty where nothing."""
    from rag.storage.vectors import described

    found = described(Path(config.index))
    if found is None or not found.approximate:
        return ""
    return f"vectors are searched by codes, which find {found.recall:.1%} of the ten nearest"


def open_embedder(config: Config, weights: Weights) -> Embedder:
    """The embedder of the settings."""
    from rag.embedder import GraphEmbedder, SentenceTransformerEmbedder, accelerator
    from rag.inference.graph import is_fit

    if not accelerator() and is_fit(graph := weights.graph(config.embedder)):
        return GraphEmbedder(graph, config.embedder)
    return SentenceTransformerEmbedder(weights.path(config.embedder), config.embedder)


def _embedder_when_needed(config: Config, weights: Weights) -> Embedder:
    """The embedder of the settings; where the index was made with it, loaded only once there is a text to embed."""
    from rag.embedder import DeferredEmbedder

    try:
        store = open_store(config)
    except StoreError:
        return open_embedder(config, weights)
    store.close()
    made_with = store.manifest
    if (made_with.embedder, made_with.digest) != (config.embedder, weights.digest(config.embedder)):
        return open_embedder(config, weights)
    return DeferredEmbedder(config.embedder, made_with.dim, lambda: open_embedder(config, weights))


def open_reranker(config: Config, weights: Weights) -> Reranker | None:
    """The cross-encoder of the settings; None where they name none."""
    if not config.reranker:
        return None
    from rag.reranker import CrossEncoderReranker

    return CrossEncoderReranker(weights.path(config.reranker), config.reranker)


def open_generator(config: Config, weights: Weights) -> Generator:
    """The generator of the settings.

    Args:
        config: Its `generator` names one.
        weights: Where local weights are.

    Returns:
        The generator; its weights are fetched first where they are missing.

    Raises:
        ConfigError: An `openai:` name that lacks its address or its model, or a key that cannot be sent.
    """
    from rag.generator import ExtractiveGenerator, OpenAIGenerator

    name = config.generator
    if name == "extractive":
        return ExtractiveGenerator()
    if name.startswith("openai:"):
        url, _, model = name.removeprefix("openai:").partition("#")
        if not url or not model:
            raise ConfigError(f"generator = {name!r}", "write openai:http://host:port/v1#model")
        return OpenAIGenerator(url, model, config.answer_tokens, api_key=config.api_key)
    return _open_local(config, weights, name)


def open_writer(config: Config, pipeline: Pipeline, name: str, progress: Progress = no_progress) -> Generator:
    """The model that makes questions out of documents.

    Args:
        config: Settings of the pipeline.
        pipeline: Its models are used again.
        name: As `Config.generator`; empty for the generator or, where that is `extractive`, the default one.
        progress: Told of downloads and conversions.

    Returns:
        The model; its weights are fetched first where they are missing.
    """
    name = name or (config.generator if config.generator != "extractive" else Config().generator)
    opened = (pipeline.generator, pipeline.judge)
    known = next((one for one in opened if one and one.name == name and isinstance(one, Generator)), None)
    return known or open_generator(replace(config, generator=name), open_weights(config, progress))


def open_judge(config: Config, weights: Weights, generator: Generator) -> Judge | None:
    """The model of the settings that decides whether there is an answer.

    Args:
        config: Its `judge` names one, or else its `generator` may be one.
        weights: Where local weights are.
        generator: That of the settings; it is loaded once where it is its own judge.

    Returns:
        The judge, its weights fetched first where they are missing; None where retrieval decides.

    Raises:
        ConfigError: The log-odds of that judge were never fitted.
    """
    name = judge_of(config.generator, config.judge)
    if not name:
        return None
    if isinstance(generator, Judge) and generator.name == name:
        return generator
    return _open_local(config, weights, name)


def _open_local(config: Config, weights: Weights, name: str) -> TransformersGenerator:
    from rag.generator import TransformersGenerator

    shipped = Path(str(files("rag") / "data"))
    judging = shipped / f"judge-{name}.safetensors" if judge_of(name) else None
    reviewing = shipped / f"review-{name}.safetensors" if reviews(name) else None
    heads = known if (known := shipped / f"attention-{name}.json").is_file() else None
    return TransformersGenerator(weights.path(name), name, config.answer_tokens, judging, reviewing, heads)


def manifest(config: Config, embedder: Embedder, weights: Weights) -> Manifest:
    """What an index must have been made with to fit the settings."""
    from rag.store import Manifest

    splitter = f"{_SPLITTER_VERSION}:{config.chunk_tokens}"
    return Manifest(config.embedder, weights.digest(config.embedder), embedder.dim, splitter)
