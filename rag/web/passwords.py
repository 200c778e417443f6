"""Who may come in: names with hashed passwords, a line each, in a file that the user keeps.

    reader:scrypt$16384$8$1$c2FsdA==$aGFzaA==

scrypt: RFC 7914. Knows nothing of servers or pages.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from rag.errors import UsageError

_COST, _BLOCK, _PARALLEL = 16_384, 8, 1
"""scrypt's n, r and p: some 16 MiB and 50 ms for each try."""
_SALT_BYTES, _KEY_BYTES = 16, 32
_MEMORY_BYTES = 2**28
"""Most that one try may take: a typing error in the file must not hang the server."""
_HINT = "write one with: rag password NAME >> FILE"


def hashed(password: str) -> str:
    """A password as it may be written down.

    Args:
        password: Any text.

    Returns:
        How it was hashed, the salt and the hash; different each time.
    """
    salt = os.urandom(_SALT_BYTES)
    key = _key(password, salt, _COST, _BLOCK, _PARALLEL, _KEY_BYTES)
    return "$".join(["scrypt", str(_COST), str(_BLOCK), str(_PARALLEL), _text(salt), _text(key)])


class Passwords:
    """Names and hashed passwords.

    Args:
        hashes: By name, as `hashed` gives them.
    """

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)
        self._nobody = hashed("")
        self._secret = os.urandom(_KEY_BYTES)
        self._proved: dict[str, bytes] = {}

    @classmethod
    def read(cls, path: Path) -> Passwords:
        """Read a file.

        Args:
            path: A file of lines `name:hash`; empty ones and those that begin with `#` are passed over.

        Returns:
            The names with their hashes.

        Raises:
            UsageError: No such file, nobody in it, or a line that is no such line, by its number.
        """
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as exc:
            raise UsageError(f"{path}: cannot be read: {exc}", _HINT) from exc
        found = {}
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                name, _, hash_ = line.strip().partition(":")
                if not name or not _parts(hash_):
                    raise UsageError(f"{path}, line {number}: expected name:hash", _HINT)
                found[name] = hash_
        if not found:
            raise UsageError(f"{path}: nobody is in it", _HINT)
        return cls(found)

    def admits(self, name: str, password: str) -> bool:
        """True for the right password. A wrong name takes as long to refuse as a wrong password."""
        proof = hmac.digest(self._secret, f"{name}\0{password}".encode("utf-8", "replace"), "sha256")
        known = self._proved.get(name)
        if known is not None and hmac.compare_digest(known, proof):
            return True
        right = _matches(password, self._hashes.get(name, self._nobody)) and name in self._hashes
        if right:
            self._proved[name] = proof
        return right


def _matches(password: str, hash_: str) -> bool:
    parts = _parts(hash_)
    if parts is None:
        return False
    (cost, block, parallel), salt, key = parts
    return hmac.compare_digest(_key(password, salt, cost, block, parallel, len(key)), key)


def _parts(hash_: str) -> tuple[tuple[int, int, int], bytes, bytes] | None:
    """Cost, salt and key of a hash; None for what is none."""
    try:
        kind, cost, block, parallel, salt, key = hash_.split("$")
        found = (int(cost), int(block), int(parallel)), base64.b64decode(salt, validate=True), base64.b64decode(key)
    except (ValueError, binascii.Error):
        return None
    (n, r, p), _, read = found
    power = n > 1 and n & (n - 1) == 0
    fits = 1 <= r <= 32 and 1 <= p <= 16 and 128 * r * (n + p + 2) < _MEMORY_BYTES
    return found if kind == "scrypt" and power and fits and len(read) >= _SALT_BYTES else None


def _key(password: str, salt: bytes, cost: int, block: int, parallel: int, size: int) -> bytes:
    text = password.encode("utf-8", "replace")
    return hashlib.scrypt(text, salt=salt, n=cost, r=block, p=parallel, maxmem=_MEMORY_BYTES, dklen=size)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
