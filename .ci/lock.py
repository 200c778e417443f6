"""Write `requirements.lock` to standard output: what the project needs, directly or not, at the installed versions.

Run it in the project's environment (`make lock`). Packages that are installed but not needed are left out; those needed
on some platforms only keep the condition.
"""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_FIRST = "torch"
"""Installed on its own before the rest, so that nothing else chooses its build."""
_HEAD = "# Made by `make lock`; exact versions of all that the project needs, torch first.\n"


def needed(roots: list[Requirement]) -> dict[str, str]:
    """Names of all packages needed, each with the platform condition that it is needed under, or ''."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str, str]] = set()
    waiting = [(root, "") for root in roots]
    while waiting:
        requirement, condition = waiting.pop()
        name = canonicalize_name(requirement.name)
        found[name] = condition if found.get(name, condition) else ""
        for extra in ("", *requirement.extras):
            if (name, extra, condition) not in seen:
                seen.add((name, extra, condition))
                waiting += [(r, condition or platform(r)) for r in requires(name, extra)]
    return found


def requires(name: str, extra: str) -> list[Requirement]:
    """What an installed package, or one of its extras, requires here."""
    wanted = [Requirement(text) for text in distribution(name).requires or ()]
    return [r for r in wanted if r.marker is None or r.marker.evaluate({"extra": extra})]


def platform(requirement: Requirement) -> str:
    """The condition of a requirement, if it is one on the platform."""
    marker = str(requirement.marker or "")
    return marker if "platform" in marker and "extra" not in marker else ""


def lock(project: Path) -> str:
    """The text of the lock file for a `pyproject.toml`."""
    table = tomllib.loads(project.read_text("utf-8"))["project"]
    texts = [*table["dependencies"], *table["optional-dependencies"]["dev"], "setuptools"]
    found = needed([Requirement(text) for text in texts])
    lines = [f"{name}=={distribution(name).version.partition('+')[0]}" for name in found]
    conditions = [f" ; {condition}" if condition else "" for condition in found.values()]
    both = [line + condition for line, condition in zip(lines, conditions, strict=True)]
    return _HEAD + "".join(
        f"{line}\n" for line in sorted(both, key=lambda line: (not line.startswith(f"{_FIRST}=="), line))
    )


if __name__ == "__main__":
    sys.stdout.write(lock(Path(__file__).parents[1] / "pyproject.toml"))
