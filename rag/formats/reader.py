"""Any file by the reader of its kind, and whatever its parser trips over as a reason in words.

A mail is handed this very function, for what is attached to it.
"""

from __future__ import annotations

import csv
import errno
import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from email.errors import MessageError

from rag.errors import DamagedFile, EmptyFile, OversizeFile
from rag.formats import docx, epub, html, json, mail, markdown, pdf, plain, pptx, table, xlsx
from rag.formats.base import Extracted, Source
from rag.formats.sniff import Kind, sniff

logger = logging.getLogger(__name__)

_EXTRACT: dict[Kind, Callable[[Source], Extracted]] = {
    "plain": plain.extract,
    "markdown": markdown.extract,
    "html": html.extract,
    "pdf": pdf.extract,
    "docx": docx.extract,
    "pptx": pptx.extract,
    "xlsx": xlsx.extract,
    "epub": epub.extract,
    "table": table.extract,
    "json": json.extract,
}
_MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    csv.Error,
    MessageError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What parsers have been seen to raise on broken input; `SyntaxError` is lxml's."""
_INK = re.compile(r"\S")


def extract(source: Source, within: int = 0) -> Extracted:
    """Read a file.

    Args:
        source: The file.
        within: How many messages it is attached within.

    Returns:
        Its text, which is not empty, with its maps.

    Raises:
        LoadError: It cannot be read; the subclass, the reason and the hint say why and what mends it.
    """
    if not source.size_bytes:
        raise EmptyFile(source.name, "empty", "take it out of the folder")
    try:
        found = _extracted(source, within)
    except RecursionError as exc:
        raise DamagedFile(source.name, "nested too deeply to be read", "save it in a flatter form") from exc
    except MemoryError as exc:
        raise OversizeFile(source.name, "too large for this machine's memory", "split it") from exc
    except OSError as exc:
        if exc.errno != errno.EINVAL:
            raise
        raise DamagedFile(source.name, "malformed: points outside itself", "fetch or copy it again") from exc
    except _MALFORMED as exc:
        logger.debug("%s: reading failed", source.name, exc_info=True)
        reason = f"malformed: {' '.join(str(exc).split())[:200] or type(exc).__name__}"
        raise DamagedFile(source.name, reason, "open it in the program that made it and save it again") from exc
    if not _INK.search(found.text):
        raise EmptyFile(source.name, "holds no text", "take it out of the folder")
    return found


def _extracted(source: Source, within: int) -> Extracted:
    kind = sniff(source)
    return mail.extract(source, extract, within) if kind == "mail" else _EXTRACT[kind](source)
