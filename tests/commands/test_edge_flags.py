"""What each command offers: the flags that act in it, explained, with their defaults."""

from __future__ import annotations

from typing import cast

import click
import pytest
from click.testing import CliRunner

from rag.cli import main

SHARED = {"--index", "--generator", "--embedder", "--offline", "--judge", "--policy"}
ACTING = {
    "ask": SHARED,
    "batch": SHARED,
    "calibrate": SHARED - {"--policy"},
    "doctor": SHARED - {"--policy"},
    "eval": SHARED,
    "index": {"--index", "--embedder", "--offline"},
    "mcp": SHARED,
    "models list": set[str](),
    "models pull": {"--offline"},
    "models verify": set[str](),
    "search": {"--index", "--embedder", "--offline"},
    "serve": SHARED,
    "verify": {"--index"},
    "why": SHARED - {"--policy"},
}


def commands() -> dict[str, click.Command]:
    """All that read settings, by what is typed."""
    under = {f"models {name}": command for name, command in cast(click.Group, main.commands["models"]).commands.items()}
    return {name: command for name, command in main.commands.items() if name not in ("models", "password")} | under


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_command_offers_the_flags_that_act_in_it_and_lets_the_common_ones_pass(name: str) -> None:
    options = [param for param in commands()[name].params if isinstance(param, click.Option)]
    taken = {option.opts[0] for option in options}
    assert {option.opts[0] for option in options if not option.hidden} & SHARED == ACTING[name]
    assert {"--index", "--generator", "--embedder", "--offline"} <= taken
    assert taken & {"--judge", "--policy"} == ACTING[name] & {"--judge", "--policy"}


@pytest.mark.parametrize(
    ("given", "idle"),
    [
        (("verify", __file__, "--generator", "nosuch"), "--generator does nothing in rag verify\n"),
        (("search", " ", "--generator", "extractive"), "--generator does nothing in rag search\n"),
        (("models", "list", "--offline"), "--offline does nothing in rag models list\n"),
    ],
)
def test_a_common_flag_that_does_nothing_is_said_to(given: tuple[str, ...], idle: str) -> None:
    elsewhere = {"RAG_GENERATOR": "extractive", "RAG_OFFLINE": "1"}
    assert CliRunner().invoke(main, given, prog_name="rag").stderr.startswith(idle)
    without = [word for word in given if word not in ("--generator", "nosuch", "extractive", "--offline")]
    assert "does nothing" not in CliRunner().invoke(main, without, env=elsewhere).stderr


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_is_explained_with_its_default(name: str) -> None:
    command = commands()[name]
    for option in command.params:
        assert not isinstance(option, click.Option) or option.hidden or option.help, (name, option.opts)
    said = " ".join(CliRunner().invoke(main, [*name.split(), "--help"], terminal_width=200).stdout.split())
    assert "Likewise" not in said
    for flag, default in (
        ("--index", "index"),
        ("--embedder", "all-MiniLM-L6-v2"),
        ("--generator", "qwen2.5-coder-1.5b"),
        ("--policy", "drop"),
        ("--port", "7860"),
        ("--host", "127.0.0.1"),
        ("-k", "8"),
    ):
        if f" {flag} " in said.partition("Options:")[2]:
            told = said.partition(f" {flag} ")[2].partition(" --")[0]
            assert f"[default: ({default})" in told, told
