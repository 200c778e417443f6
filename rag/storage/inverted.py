"""The file of an inverted index: for each word the passages that say it, and how often, in arrays that are mapped.

Made from what FTS5 holds, read without reading it through. Knows FTS5's tables, and nothing of scores.
"""

from __future__ import annotations

import os
import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from sqlite3 import Connection
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from rag.protocols import Progress, no_progress
from rag.storage.database import raw, state_of
from rag.types import Ids

Places = NDArray[np.int32]
Counts = NDArray[np.float64]

_HEADER = struct.Struct("<8s32sqqqqq")
"""Magic, identity, generation; numbers of passages, of words, of their bytes and of postings. A CRC-32 follows."""
_MAGIC = b"footnot1"
_CHECK = struct.Struct("<Ixxxx")
_BLOCK = 1 << 20
"""Words of text that are looked at in one go."""
_TABLES = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.lexical_words USING fts5vocab(main, lexical, row)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.lexical_said USING fts5vocab(main, lexical, instance)",
)
_PASSAGES = "SELECT id, sz FROM lexical_docsize ORDER BY id"
_WORDS = "SELECT term, doc, cnt FROM temp.lexical_words WHERE term IS NOT NULL"
"""A mark that stands alone is a word without letters."""
_SAID = "SELECT doc * 2 + (col = 'head') FROM temp.lexical_said WHERE term BETWEEN CAST(? AS TEXT) AND CAST(? AS TEXT)"


@dataclass(frozen=True, slots=True)
class Inverted:
    """Words, and where they stand.

    Attributes:
        identity: Of the index that it was made from, 32 hexadecimal digits.
        generation: Of that index.
        ids: (n,) of the passages, ascending.
        starts: (words + 1,) where the postings of each word begin.
        ends: (words,) where the bytes of each word end.
        lengths: (n,) words of each passage, its title and headings counted.
        places: (postings,) numbers of passages, ascending within a word.
        counts: (postings,) how often it is said there, in the head with its weight.
        letters: UTF-8 of all words, ascending.
    """

    identity: str
    generation: int
    ids: Ids
    starts: Ids
    ends: Ids
    lengths: NDArray[np.int32]
    places: Places
    counts: NDArray[np.uint16]
    letters: NDArray[np.uint8]

    def postings(self, word: str, *, prefix: bool) -> tuple[Places, Counts]:
        """The passages that say a word.

        Args:
            word: As FTS5 holds it.
            prefix: Whether it stands for all that begin with it.

        Returns:
            Their numbers, ascending, and how often each says it.
        """
        wanted = raw(word)
        first = bisect_left(range(len(self.ends)), wanted, key=self._word)
        # No UTF-8 has a byte of 255, and no word one of 0.
        last = bisect_left(range(len(self.ends)), wanted + (b"\xff" if prefix else b"\0"), first, key=self._word)
        found = slice(self.starts[first], self.starts[last])
        places, counts = self.places[found], self.counts[found].astype(np.float64)
        if last - first <= 1:
            return places, counts
        passages, at = np.unique(places, return_inverse=True)
        return passages, np.bincount(at, counts).astype(np.float64, copy=False)

    def numbers(self, ids: Ids) -> Ids:
        """Numbers of those passages of some that are held, given by their ids: all that still exist up to the last."""
        found: Ids = np.searchsorted(self.ids, ids[ids <= self.ids[-1]])
        return found

    def _word(self, at: int) -> bytes:
        return self.letters[self.ends[at - 1] if at else 0 : self.ends[at]].tobytes()


def read(path: Path) -> Inverted | None:
    """Map a file into memory; None where it is missing, cut off, or none of ours."""
    try:
        file = np.asarray(np.memmap(path, np.uint8, "r"))
    except (OSError, ValueError):
        return None
    head = file[: _HEADER.size + _CHECK.size].tobytes()
    if len(head) < _HEADER.size + _CHECK.size or not head.startswith(_MAGIC):
        return None
    _, identity, generation, *sizes = _HEADER.unpack_from(head)
    if _CHECK.unpack_from(head, _HEADER.size) != (zlib.crc32(head[: _HEADER.size]),) or len(file) != _bytes(sizes):
        return None
    ids, starts, ends, lengths, places, counts, letters = _arrays(file, sizes)
    return Inverted(
        identity.decode("ascii", "replace"), generation, ids, starts, ends, lengths, places, counts, letters
    )


def write(connection: Connection, path: Path, head_weight: int, progress: Progress = no_progress) -> None:
    """Make a file of what the lexical index holds.

    Args:
        connection: Within a read transaction.
        path: What stands there is written over.
        head_weight: What a word in title or headings counts, against one in the text.
        progress: Told of the passages and words counted, then of the postings written.
    """
    progress("counting words", 0, 0)
    for table in _TABLES:
        connection.execute(table)
    rows = ((key, sum(unpacked(block))) for key, block in connection.execute(_PASSAGES))
    ids, lengths = np.fromiter(rows, np.dtype((np.int64, 2))).T
    words = _Words.of(connection)
    starts = np.concatenate([[0], np.cumsum(words.passages)])
    with path.open("wb") as file:
        at = _write_words(file, state_of(connection), (ids, starts, lengths), words)
        done, total = 0, int(starts[-1])
        for places, counts in _postings(connection, ids, words, head_weight):
            progress("laying out words", done, total)
            _put(file, at + 4 * done, places.astype(np.int32))
            _put(file, at + 4 * total + 2 * done, counts.astype(np.uint16))
            done += len(places)
        file.flush()
        os.fsync(file.fileno())  # no checksum says later whether all of it has reached the disk


class _Words(NamedTuple):
    """All words in order, in arrays, since a large index has millions.

    Attributes:
        letters: UTF-8 of all words.
        ends: (words,) where each ends in it.
        passages: (words,) how many say it.
        said: (words,) how often they do.
    """

    letters: bytes
    ends: Ids
    passages: Ids
    said: Ids

    @classmethod
    def of(cls, connection: Connection) -> Self:
        letters, numbers = bytearray(), array("q")
        for word, passages, said in connection.execute(_WORDS):
            letters += raw(word)
            numbers.extend((len(letters), passages, said))
        return cls(bytes(letters), *np.array(numbers, np.int64).reshape(-1, 3).T)

    def word(self, at: int) -> bytes:
        return self.letters[self.ends[at - 1] if at else 0 : self.ends[at]]


def _write_words(file: BinaryIO, state: tuple[str, int], arrays: tuple[Ids, Ids, Ids], words: _Words) -> int:
    """All but the postings; where these begin."""
    ids, starts, lengths = arrays
    postings = int(starts[-1])
    file.write(_head(*state, [len(ids), len(words.ends), len(words.letters), postings]))
    for entries in (ids, starts, words.ends, lengths.astype(np.int32)):
        file.write(entries.tobytes())
    at = file.tell()
    _put(file, at + 6 * postings, np.frombuffer(words.letters, np.uint8))
    return at


def _head(identity: str, generation: int, sizes: Sequence[int]) -> bytes:
    head = _HEADER.pack(_MAGIC, identity.encode(), generation, *sizes)
    return head + _CHECK.pack(zlib.crc32(head))


def _put(file: BinaryIO, at: int, array: NDArray[Any]) -> None:
    file.seek(at)
    file.write(array.tobytes())


def unpacked(block: bytes) -> list[int]:
    """What FTS5 packs into a block: numbers of seven bits a byte, the high bit set where one goes on."""
    found = [0]
    for byte in block:
        found[-1] = found[-1] << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(0)
    return found[:-1]


def _postings(connection: Connection, ids: Ids, words: _Words, head_weight: int) -> Iterator[tuple[Ids, Ids]]:
    """The postings of all words in order, some at a time, from every place where they are said."""
    for first, last in _blocks(words.said):
        begins = np.cumsum(words.said[first:last]) - words.said[first:last]
        for codes in _said(connection, words.word(first), words.word(last - 1), alone=last - first == 1):
            keys = codes >> 1
            new = np.ones(len(keys), bool)
            np.not_equal(keys[1:], keys[:-1], out=new[1:])
            new[begins] = True
            counts = np.where(codes & 1, np.uint16(head_weight), np.uint16(1))
            yield np.searchsorted(ids, keys[new]), np.add.reduceat(counts, np.flatnonzero(new))


def _said(connection: Connection, first: bytes, last: bytes, *, alone: bool) -> Iterator[Ids]:
    """Where some words stand, or one in pieces: twice the passage's id, one more in the head; no passage in two."""
    places = connection.execute(_SAID, (first, last))
    if not alone:
        yield np.fromiter((code for (code,) in places), np.int64)
        return
    rest = np.empty(0, np.int64)
    while (read := np.fromiter((code for (code,) in islice(places, _BLOCK)), np.int64)).size:
        rest = np.concatenate([rest, read])
        whole = int(np.searchsorted(rest >> 1, rest[-1] >> 1))
        if whole:
            yield rest[:whole]
        rest = rest[whole:]
    yield rest


def _blocks(said: Ids) -> Iterator[tuple[int, int]]:
    """Stretches of words that are said so often together, or of one."""
    until, first = np.cumsum(said), 0
    while first < len(said):
        before = until[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(until, before + _BLOCK, "right")))
        yield first, last
        first = last


def _layout(sizes: Sequence[int]) -> list[tuple[type, int]]:
    """Kind and number of the entries of each array, widest first, so that each stands where it may."""
    passages, words, letters, postings = sizes
    return [
        *((np.int64, passages), (np.int64, words + 1), (np.int64, words)),
        *((np.int32, passages), (np.int32, postings), (np.uint16, postings), (np.uint8, letters)),
    ]


def _bytes(sizes: Sequence[int]) -> int:
    return _HEADER.size + _CHECK.size + sum(np.dtype(kind).itemsize * number for kind, number in _layout(sizes))


def _arrays(file: NDArray[np.uint8], sizes: Sequence[int]) -> Iterator[NDArray[Any]]:
    at = _HEADER.size + _CHECK.size
    for kind, number in _layout(sizes):
        width = np.dtype(kind).itemsize * number
        yield file[at : at + width].view(kind)
        at += width
