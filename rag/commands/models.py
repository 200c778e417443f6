"""The commands under `rag models`: what weights there are, fetching and checking them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from rag.commands import console, show
from rag.commands.edge import json_flag, opened_weights, settings_from, takes
from rag.errors import UsageError
from rag.weights.catalogue import CATALOGUE


@click.group()
def models() -> None:
    """Weights: what there is, fetch, check."""


@models.command("list")
@json_flag
@takes()
def list_(as_json: bool, **flags: Any) -> None:
    """The catalogue, and what of it is here."""
    with opened_weights(settings_from(flags)) as weights:
        found = weights.listing()
    if as_json:
        console.out_json([{**asdict(status), "folder": str(status.folder)} for status in found])
    else:
        show.models(found)


@models.command()
@click.argument("name")
@takes("offline")
def pull(name: str, **flags: Any) -> None:
    """Fetch the weights called NAME, unless they are here."""
    if not name.strip():
        raise UsageError("the name is empty", "rag models pull NAME; rag models list shows the catalogue")
    with opened_weights(settings_from(flags)) as weights:
        path = weights.path(name)
        if name in CATALOGUE and CATALOGUE[name].kind == "embedder":
            weights.graph(name)
    console.out(str(path))


@models.command("verify")
@json_flag
@takes()
def verify_models(as_json: bool, **flags: Any) -> None:
    """Check the digests of the weights that are here; exit code 1 where one is wrong."""
    with opened_weights(settings_from(flags)) as weights:
        found = weights.verify()
    if as_json:
        console.out_json([asdict(item) for item in found])
    else:
        show.verified(found)
    if not all(item.ok for item in found):
        raise SystemExit(1)
