"""Fetch axe-core, which the accessibility tests run in the page, from the npm registry: `python .ci/axe.py TARGET`.

By `npm` where there is one, since it knows the registry and the proxy that the user has set; else over HTTPS. What
comes is taken only if it has the digest that its publisher gives.
"""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

VERSION = "4.14.1"
INTEGRITY = "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""`npm view axe-core@VERSION dist.integrity`"""
URL = f"https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz"
_MEMBER = "package/axe.min.js"
_WAIT_S = 120
_HINT = f"""\
The accessibility tests need it. Either of these mends it:
  - let this machine reach the npm registry, or name one that it reaches: npm config set registry URL
  - put {_MEMBER} of {URL} there yourself"""


def packed() -> bytes:
    """The package, fetched by npm.

    Raises:
        OSError: There is no npm, or it failed.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("npm is not installed")
    with TemporaryDirectory() as folder:
        command = [npm, "pack", f"axe-core@{VERSION}", "--pack-destination", folder]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_WAIT_S, check=False)  # noqa: S603
        if done.returncode:
            raise OSError(f"npm pack: {done.stderr.strip()[-300:]}")
        return next(Path(folder).glob("*.tgz")).read_bytes()


def downloaded() -> bytes:
    """The package, fetched over HTTPS.

    Raises:
        OSError: It cannot be had.
    """
    with urllib.request.urlopen(URL, timeout=_WAIT_S) as reply:
        return bytes(reply.read())


def script(package: bytes) -> bytes:
    """axe-core itself.

    Args:
        package: As the registry has it.

    Returns:
        The one script.

    Raises:
        ValueError: It is not the package that was published.
    """
    digest = "sha512-" + base64.b64encode(hashlib.sha512(package).digest()).decode()
    if digest != INTEGRITY:
        raise ValueError(f"expected {INTEGRITY}, met {digest}")
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        member = archive.extractfile(_MEMBER)
        assert member is not None
        return member.read()


def fetch(target: Path, ways: tuple[Callable[[], bytes], ...] = (packed, downloaded)) -> None:
    """Write axe-core to a file.

    Args:
        target: The file.
        ways: How the package may be had, in order.

    Raises:
        SystemExit: None of them gave it; says what mends it.
    """
    failed = []
    for way in ways:
        try:
            target.write_bytes(script(way()))
        except (OSError, ValueError, subprocess.TimeoutExpired) as exc:
            failed.append(f"  {way.__name__}: {exc}")
        else:
            return
    sys.exit("\n".join([f"axe-core {VERSION} could not be fetched into {target}:", *failed, _HINT]))


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
