"""Every error this package raises on purpose, in one tree.

    RagError                      exit code 1; `hint` is one command or one action that mends it
    ├── UsageError                exit code 2: the call itself is wrong
    │   ├── ConfigError           an unknown key, a value of the wrong type or out of range
    │   └── AnswersBusy           another run is writing these answers
    ├── LoadError                 one file cannot be read; names it and says why; the others go on
    │   ├── EmptyFile             no bytes, or nothing but white space
    │   ├── EncryptedFile         needs a password
    │   ├── ScannedFile           pages without a text layer
    │   ├── OversizeFile          past the size limit
    │   ├── BinaryFile            not a text and not a format that is read here
    │   └── DamagedFile           truncated or malformed
    ├── WeightsError              weights cannot be had
    │   ├── UnknownModel          a name that no source knows
    │   ├── DigestMismatch        the bytes are not the publisher's
    │   ├── DiskFull              no room for them
    │   └── NoNetwork             no source could be reached, or `--offline` forbids it
    ├── StoreError                the index cannot be used
    │   ├── IndexMissing          there is none at that path
    │   ├── IndexMismatch         made by another embedder, dimension, splitter or format
    │   ├── IndexDamaged          `rag.db` is not a sound database
    │   └── IndexBusy             another process is writing it
    └── GenerationError           the generator failed
        └── ServerError           a model server breaks off or answers with an error
            └── ServerGone        there is none at that address

This file knows no other part of the package.
"""

from __future__ import annotations


class RagError(Exception):
    """Something went wrong that the user can mend.

    Args:
        message: What happened, with the value met and what was expected.
        hint: One command or action that mends it; may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(RagError):
    """The call itself is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """An unknown configuration key, or a value of the wrong type or out of range."""


class AnswersBusy(UsageError):
    """Another run is writing the same file of answers."""


class LoadError(RagError):
    """One file cannot be read.

    Args:
        path: The file, as the user named it.
        reason: Why, in a few words.
        hint: What mends it.
    """

    kind = "unreadable"

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{path}: {reason}", hint)
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type[LoadError], tuple[str, str, str]]:
        """Survive the trip between processes.

        Returns:
            The class and the arguments that make this error again.
        """
        return type(self), (self.path, self.reason, self.hint)


class EmptyFile(LoadError):
    """No bytes, or nothing but white space."""

    kind = "empty"


class EncryptedFile(LoadError):
    """The file needs a password."""

    kind = "encrypted"


class ScannedFile(LoadError):
    """Pages without a text layer."""

    kind = "scanned"


class OversizeFile(LoadError):
    """The file, or what it unpacks to, is past the size limit."""

    kind = "oversize"


class BinaryFile(LoadError):
    """Not a text, and not a format that is read here."""

    kind = "binary"


class DamagedFile(LoadError):
    """Truncated or malformed."""

    kind = "damaged"


class WeightsError(RagError):
    """Model weights cannot be had."""


class UnknownModel(WeightsError):
    """A model name that no source knows."""


class DigestMismatch(WeightsError):
    """The bytes that arrived are not the publisher's."""


class DiskFull(WeightsError):
    """No room for the weights."""


class NoNetwork(WeightsError):
    """No source of weights could be reached, or going online is forbidden."""


class StoreError(RagError):
    """The index cannot be used."""


class IndexMissing(StoreError):
    """There is no index at that path."""


class IndexMismatch(StoreError):
    """The index was made by another embedder, dimension, splitter or format."""


class IndexDamaged(StoreError):
    """`rag.db` is not a sound database."""


class IndexBusy(StoreError):
    """Another process is writing this index."""


class GenerationError(RagError):
    """The generator failed."""


class ServerError(GenerationError):
    """A model server breaks off, or answers with an error."""


class ServerGone(ServerError):
    """No model server is there."""
