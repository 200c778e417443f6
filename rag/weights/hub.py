"""Fetching files from the Hugging Face Hub, or from anything that speaks its protocol.

The library's own `snapshot_download` throws away what a killed run left of a file; its `http_get` carries on, so files
are fetched with that. Knows neither the catalogue nor the cache. A Hub that cannot be reached raises `NoNetwork`, so
that the caller may try another source.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import NoNetwork, UnknownModel, WeightsError

if TYPE_CHECKING:
    from rag.protocols import Progress

_KEPT = (".json", ".txt", ".safetensors", ".model", ".jinja")
"""Files of a repository in transformers format that are of use here; formats that can carry code are left out."""
_EXPORTS = ("onnx/", "openvino/", "original/")
"""Folders of other runtimes' copies of the same weights."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository: path in it, size in bytes, and SHA-256 (hex) where the Hub knows it, else empty."""

    path: str
    size_bytes: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Files of a repository at one commit."""

    commit: str
    files: tuple[RemoteFile, ...]


class Hub:
    """The Hugging Face Hub, or anything that speaks its protocol.

    Args:
        endpoint: Address, without a slash at the end; empty for the one that `huggingface_hub` is set to.
        timeout_s: How long to wait for the first word before giving it up.
    """

    name = "Hugging Face Hub"

    def __init__(self, endpoint: str = "", timeout_s: float = 4.0) -> None:
        from huggingface_hub import constants

        constants.HF_HUB_DISABLE_TELEMETRY = True
        self._endpoint = endpoint or constants.ENDPOINT
        self._timeout_s = timeout_s

    def listing(self, repo: str, revision: str) -> Listing:
        """Ask what a repository holds.

        Args:
            repo: `org/name`.
            revision: Commit, branch or tag.

        Returns:
            Its commit and all its files, in the Hub's order.

        Raises:
            UnknownModel: No such repository or revision, or one that this user may not read.
            NoNetwork: The Hub cannot be reached.
        """
        from huggingface_hub import HfApi

        with self._errors(repo), self._sense():
            info = HfApi(self._endpoint).model_info(
                repo, revision=revision, timeout=self._timeout_s, files_metadata=True
            )
        files = [
            RemoteFile(item.rfilename, item.size or 0, item.lfs.sha256 if item.lfs else "")
            for item in info.siblings or ()
            if ".." not in item.rfilename.split("/") and not item.rfilename.startswith("/")
        ]
        return Listing(info.sha or revision, tuple(files))

    def fetch(self, repo: str, commit: str, file: RemoteFile, target: Path, progress: Progress) -> None:
        """Fetch a file, carrying on from what an earlier run left of it.

        Args:
            repo: `org/name`.
            commit: The commit of the listing.
            file: Which file.
            target: Where it goes; until it is whole it is beside it, with `.part` at the end of its name.
            progress: Told of the bytes.

        Raises:
            UnknownModel: It is not there any more.
            NoNetwork: The Hub cannot be reached, or broke off and stayed away.
        """
        from huggingface_hub import hf_hub_url
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils._headers import build_hf_headers

        part = target.with_name(target.name + ".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        if part.exists() and part.stat().st_size > file.size_bytes:
            part.unlink()
        with self._errors(repo), part.open("ab") as out:
            http_get(
                hf_hub_url(repo, file.path, revision=commit, endpoint=self._endpoint),
                out,
                resume_size=out.tell(),
                headers=build_hf_headers(),
                expected_size=file.size_bytes,
                tqdm_class=_bar(progress, f"{repo}: {file.path}", file.size_bytes),
            )
        part.replace(target)

    @contextmanager
    def _sense(self) -> Iterator[None]:
        """An answer that makes no sense, such as the page of a network that wants a login, is no Hub's."""
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError

        try:
            yield
        except HFValidationError as exc:
            raise UnknownModel(str(exc), "rag models list") from exc
        except HfHubHTTPError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError) as exc:
            raise NoNetwork(f"{self.name}: {self._endpoint} does not answer like one: {exc}") from exc

    @contextmanager
    def _errors(self, repo: str) -> Iterator[None]:
        from httpx2 import HTTPError
        from huggingface_hub import errors

        try:
            yield
        except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError, errors.RemoteEntryNotFoundError) as exc:
            hint = "check the name: rag models list; for a repository that asks who you are: hf auth login"
            raise UnknownModel(f"{repo}: not on {self._endpoint}, or not to be read without a token", hint) from exc
        except (HTTPError, errors.OfflineModeIsEnabled) as exc:
            raise NoNetwork(f"{self.name}: {' '.join(str(exc).split()) or type(exc).__name__}") from exc
        except OSError as exc:
            if exc.errno is not None:
                raise
            raise NoNetwork(f"{self.name}: {exc}") from exc


def choose(listing: Listing, repo: str, file: str = "") -> tuple[RemoteFile, ...]:
    """Choose the files of a repository that are worth fetching.

    Args:
        listing: What it holds.
        repo: Its name, for the message.
        file: The one file wanted; empty for a whole model in transformers format.

    Returns:
        That file; or settings, tokenizer and safetensors, without second copies for other runtimes.

    Raises:
        UnknownModel: It does not hold that file.
        WeightsError: It has no safetensors.
    """
    if file:
        chosen = tuple(item for item in listing.files if item.path == file)
        if not chosen:
            raise UnknownModel(f"{repo}: holds no {file}", "rag models list")
        return chosen
    chosen = tuple(item for item in listing.files if _is_wanted(item.path))
    if not any(item.path.endswith(".safetensors") for item in chosen):
        hint = f"name one of its GGUF files, if it has any: {repo}/FILE.gguf"
        raise WeightsError(f"{repo}: has no .safetensors; only that format and GGUF are read", hint)
    return chosen


def _is_wanted(path: str) -> bool:
    return path.endswith(_KEPT) and not path.startswith(_EXPORTS)


def _bar(progress: Progress, what: str, total: int) -> type[Any]:
    class Bar:
        """As much of tqdm as `http_get` uses."""

        def __init__(self, *_: Any, initial: int = 0, **__: Any) -> None:
            self.done = initial

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            progress(what, self.done, total)

        def update(self, count: float = 1) -> None:
            self.done += int(count)
            progress(what, self.done, total)

    return Bar
