"""The page's scripts, styles and icon, as files of the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_FOLDER = Path(str(files("rag.web").joinpath("assets")))


def path_of(name: str) -> Path:
    """Where an asset is."""
    return _FOLDER / name


def text_of(name: str) -> str:
    """What a script or style sheet says."""
    return path_of(name).read_text("utf-8")
