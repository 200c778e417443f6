"""Every setting, its default and where it may come from: flags, then `RAG_*`, then `[tool.rag]`, then the default.

It is read once, at the edge (`cli`, `ui.py`, `open_pipeline`); below that, plain arguments are passed. This file knows
no other part of the package but its errors and nouns.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ConfigError

if TYPE_CHECKING:
    from rag.types import Policy

PLACES = ("index", "folder", "cache", "offline", "host", "port", "auth", "api_key", "max_file_bytes")
"""Settings that say where, not what: they change no answer, so they are not in the fingerprint."""
LEAST_SUPPORT = 0.01
"""Below it nothing would be held back: what has an objection is put a hundredth under "supported"."""
_NAMED = ("folder", "index", "embedder", "generator")
"""Settings that must say something: nothing, such as an unset variable of the shell, would be the current folder."""


class _Misfit(ConfigError):
    """A value that does not fit its setting; `takes_back` says how it is brought back to its default."""

    def __init__(self, name: str, value: Any, expected: str, other: str = "", takes_back: str = "leave it out") -> None:
        super().__init__(f"{name} = {value!r}: {expected}", f"{other}{takes_back} for {_defaults()[name]!r}")
        self._parts = name, value, expected, other
        self.name = name

    def taken_back(self, how: str) -> _Misfit:
        """The same where it is known how the setting is brought back to its default."""
        return _Misfit(*self._parts, how)


@dataclass(frozen=True, slots=True)
class Config:
    """All settings.

    Attributes:
        folder: Folder of documents.
        index: Folder of the index.
        cache: Folder of the weights; empty means the user's cache folder.
        offline: Fetch nothing, whatever is missing.
        embedder: Catalogue name, Hub id or local folder.
        generator: Catalogue name, Hub id, local folder or GGUF, `extractive`, or `openai:URL#MODEL`.
        api_key: What an `openai:` server is told to be let in, white space around it left out; empty for nothing.
        judge: Local model whose log-odds decide whether there is an answer, whatever generator writes it; empty for the
            generator's own where they were fitted, and for retrieval elsewhere.
        reranker: Cross-encoder to use, as a Hub id or local folder; empty for none.
        policy: What becomes of an unsupported sentence: `flag`, `drop`, or `refuse` the whole answer.
        chunk_tokens: Largest chunk, in the embedder's tokens, heading prefix included.
        k: Hits per question.
        candidates: Hits taken from each of dense and lexical before fusion.
        evidence_sentences: Most sentences shown to the generator.
        evidence_tokens: Most tokens of evidence shown to the generator.
        answer_tokens: Most tokens of an answer.
        refuse_below: An answerability under this, in [0, 1], refuses.
        support_above: A support from here up, in [0.01, 1], is `supported`.
        support_below: A support under this, in [0, 1], is `unsupported`; between the two is `weak`.
        max_file_bytes: Larger files are reported and left out.
        host: Address that the server binds to.
        port: First port that it tries.
        auth: File of the names and passwords that it lets in; empty for none, on loopback alone.
    """

    folder: str = "seeds"
    index: str = "index"
    cache: str = ""
    offline: bool = False
    embedder: str = "all-MiniLM-L6-v2"
    generator: str = "qwen2.5-coder-1.5b"
    api_key: str = field(default="", repr=False)
    judge: str = ""
    reranker: str = ""
    policy: Policy = "drop"
    chunk_tokens: int = 200
    k: int = 8
    candidates: int = 50
    evidence_sentences: int = 6
    evidence_tokens: int = 400
    answer_tokens: int = 160
    refuse_below: float = 0.5
    support_above: float = 0.6
    support_below: float = 0.35
    max_file_bytes: int = 300_000_000
    host: str = "127.0.0.1"
    port: int = 7860
    auth: str = ""

    def __post_init__(self) -> None:
        """Check types and ranges, whatever the value came from.

        Raises:
            ConfigError: A value of the wrong type or out of its range.
        """
        for item in fields(self):
            value = getattr(self, item.name)
            whole = type(value) is int and isinstance(item.default, float)
            if type(value) is not type(item.default) and not whole:
                raise _Misfit(item.name, value, f"expected {type(item.default).__name__}")
            if item.name in _NAMED and not value:
                raise _Misfit(item.name, value, "must not be empty", "name one, or ")
            if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
                raise _Misfit(item.name, value, "must not be negative")
        for name in ("refuse_below", "support_above", "support_below"):
            if not 0 <= getattr(self, name) <= 1:  # NaN is neither
                raise _Misfit(name, getattr(self, name), "must be in [0, 1]")
            object.__setattr__(self, name, float(getattr(self, name)))  # 1 and 1.0 have one fingerprint
        if self.support_above < LEAST_SUPPORT:
            raise _Misfit("support_above", self.support_above, f"must be at least {LEAST_SUPPORT}")
        for name in ("chunk_tokens", "k", "candidates", "evidence_sentences", "evidence_tokens", "answer_tokens"):
            if getattr(self, name) < 1:
                raise _Misfit(name, getattr(self, name), "must be at least 1")
        if self.policy not in ("flag", "drop", "refuse"):
            raise _Misfit("policy", self.policy, "expected flag, drop or refuse")

    def fingerprint(self) -> str:
        """8 hex digits that change with any setting that can change an answer."""
        settings = {name: value for name, value in asdict(self).items() if name not in PLACES}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]


def load_config(flags: Mapping[str, Any], environ: Mapping[str, str], project: Path = Path("pyproject.toml")) -> Config:
    """Read the settings from every place they may come from.

    Args:
        flags: Given on the command line or by the caller; None stands for not given.
        environ: The process environment; `RAG_K=5` sets `k`.
        project: A TOML file with a `[tool.rag]` table; need not exist.

    Returns:
        The settings, the earlier place winning: flags, environment, file, default.

    Raises:
        ConfigError: An unknown key, named with the nearest known one, or a value that does not fit.
    """
    of_file, of_environ = _from_file(project), _from_environ(environ)
    given = {key: value for key, value in flags.items() if value is not None}
    settings = {**of_file, **of_environ, **given}
    known = _defaults()
    for key in settings:
        if key not in known:
            raise ConfigError(f"unknown setting {key!r}", _meant(key) or _all())
    try:
        return Config(**settings)
    except _Misfit as exc:
        if exc.name in of_environ.keys() - given.keys():
            raise exc.taken_back(f"unset RAG_{exc.name.upper()}") from None
        if exc.name in of_file.keys() - given.keys():
            raise exc.taken_back(f"take it out of {project}") from None
        raise


def index_command(folder: str | Path | None = None, index: str | Path | None = None) -> str:
    """The command that makes an index equal to a folder, as it is typed into a shell.

    Args:
        folder: Folder of documents; None for the one that the index is of.
        index: Folder of the index; None for the default, which is not named.

    Returns:
        Quoted where a shell needs it.
    """
    named = [] if folder is None else [str(folder)]
    kept = [] if index is None or str(index) == Config().index else ["--index", str(index)]
    return shlex.join(["rag", "index", *named, *kept])


def _from_file(project: Path) -> dict[str, Any]:
    try:
        found: Any = tomllib.loads(project.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as exc:
        hint = "let yourself read it, or move it away"
        raise ConfigError(f"{project}: cannot be read: {exc.strerror}", hint) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{project}: not valid TOML: {exc}") from exc
    for at, key in (("tool", "tool"), ("tool.rag", "rag")):
        found = found.get(key, {})
        if not isinstance(found, dict):
            hint = "write the settings under one line [tool.rag]"
            raise ConfigError(f"{project}: [{at}] is of type {type(found).__name__}, expected a table", hint)
    return dict(found)


def _from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    known = _defaults()
    found: dict[str, Any] = {}
    for variable, text in environ.items():
        if variable.startswith("RAG_"):
            name = variable[4:].lower()
            if name not in known:
                meant = _meant(name)
                hint = f"{meant} else unset {variable}" if meant else f"unset {variable}; {_all()}"
                raise ConfigError(f"{variable}: unknown setting {name!r}", hint)
            found[name] = _parse(variable, text, known[name])
    return found


def _parse(variable: str, text: str, default: Any) -> Any:
    kind = type(default)
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off", ""):
            return False
        raise ConfigError(f"{variable}={text!r}: expected 1 or 0", f"write 1 or 0, or unset {variable} for {default:d}")
    try:
        return kind(text)
    except ValueError as exc:
        number = "a whole number" if kind is int else "a number"
        hint = f"write {number}, or unset {variable} for {default!r}"
        raise ConfigError(f"{variable}={text!r}: expected {kind.__name__}", hint) from exc


def _defaults() -> dict[str, Any]:
    return {item.name: item.default for item in fields(Config)}


def _meant(name: str) -> str:
    near = get_close_matches(name, sorted(_defaults()), 1)
    return f"did you mean {near[0]!r}?" if near else ""


def _all() -> str:
    return f"settings are: {', '.join(sorted(_defaults()))}"
