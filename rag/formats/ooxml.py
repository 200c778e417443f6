"""What docx, pptx and xlsx share: parts in a zip, tied together by relationships. Knows no document and no slide."""

from __future__ import annotations

import posixpath
from typing import Any, NamedTuple
from urllib.parse import unquote
from zipfile import ZipFile

from rag.errors import DamagedFile
from rag.formats.archive import local, parse, read
from rag.formats.base import Source, squeeze
from rag.formats.dates import stated_day


class Relation(NamedTuple):
    """What a part refers to: the last word of the relationship's type, and the name of the other part."""

    kind: str
    target: str


class Package:
    """The parts of an office file.

    Args:
        archive: Opened and checked.
        source: The file, for messages.
    """

    def __init__(self, archive: ZipFile, source: Source) -> None:
        self.archive = archive
        self.source = source
        self._names = frozenset(archive.namelist())

    def main(self) -> str:
        """Name of the part that holds the document.

        Returns:
            Name of a part.

        Raises:
            DamagedFile: There is none.
        """
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and relation.target in self._names:
                return relation.target
        raise DamagedFile(self.source.name, "its main part is missing", "save it again from the program that made it")

    def relations(self, part: str) -> dict[str, Relation]:
        """What a part refers to inside the file.

        Args:
            part: Its name; empty for the file itself.

        Returns:
            Relations by id, in the order of the file.
        """
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self._names:
            return {}
        found = {}
        for element in parse(read(self.archive, rels, self.source)):
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, unquote(element.get("Target", ""))))
                kind = element.get("Type", "").rpartition("/")[2]
                found[element.get("Id", "")] = Relation(kind, target.lstrip("/"))
        return found

    def related(self, part: str, kind: str) -> str:
        """Name of the first part of a kind that a part refers to; empty where there is none."""
        return next(iter(self.all_related(part, kind)), "")

    def all_related(self, part: str, kind: str) -> list[str]:
        """Names of the parts of a kind that a part refers to.

        Args:
            part: Its name; empty for the file itself.
            kind: Last word of the relationship's type.

        Returns:
            Names of parts that exist, in the order of the file.
        """
        targets = [relation.target for relation in self.relations(part).values() if relation.kind == kind]
        return [target for target in targets if target in self._names]

    def tree(self, part: str) -> Any:
        """The root element of a part.

        Args:
            part: Its name.

        Returns:
            An lxml element.

        Raises:
            DamagedFile: There is no such part.
            OversizeFile: It is too large to be held as a tree.
        """
        return parse(read(self.archive, part, self.source))

    def title(self) -> str:
        """What the file's properties give as its title; empty where they give none."""
        return self._properties().get("title", "")

    def dated(self) -> str:
        """The ISO day of the last change: one made from a template was created when that was; empty for none."""
        said = self._properties()
        return stated_day(said.get("modified", ""), said.get("created", ""))

    def _properties(self) -> dict[str, str]:
        part = self.related("", "core-properties")
        return {local(element): squeeze(element.text or "") for element in self.tree(part)} if part else {}


def attribute(element: Any, name: str, default: str = "") -> str:
    """An attribute whatever its namespace, which differs between editions of the format.

    Args:
        element: An lxml element.
        name: Of the attribute, without namespace.
        default: Where there is none.

    Returns:
        Its value.
    """
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return default


def child(element: Any, *path: str) -> Any:
    """A descendant by the local names that lead to it.

    Args:
        element: An lxml element.
        *path: Local names, outermost first.

    Returns:
        The first that fits; None where there is none.
    """
    for name in path:
        element = next((inner for inner in element if local(inner) == name), None)
        if element is None:
            return None
    return element


def switched_on(element: Any) -> bool:
    """Whether an on/off element is there and on.

    Args:
        element: From `child`; may be None.

    Returns:
        True for a bare element or one whose value is not false.
    """
    return element is not None and attribute(element, "val", "1") not in ("0", "false", "off")
