"""What a figure was measured on: the processor, the memory, and the state of the code. No names of people or hosts.

Knows nothing of the evaluation.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Processor model, cores that may be used, memory in GiB, system and Python version."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def commit(root: Path = Path(__file__).parents[2]) -> str:
    """The commit that the code is of.

    Args:
        root: The checkout.

    Returns:
        Ten digits, and `-dirty` where a file has changed that is no measured result; `unknown` outside a checkout.
    """
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return "unknown"

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [git, "-C", str(root), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (fixed words, no shell)

    at = run("rev-parse", "--short=10", "HEAD").stdout.strip()
    changed = run("diff", "--quiet", "HEAD", "--", ":(exclude)benchmarks/results").returncode == 1
    return f"{at}-dirty" if at and changed else at or "unknown"


def _cpu() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or "unknown"
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found.group(1) if found else platform.processor() or "unknown"


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None
