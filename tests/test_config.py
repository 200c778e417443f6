"""Settings: which place wins, what is refused, and what the fingerprint sees."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.config import Config, index_command, load_config
from rag.errors import ConfigError

NOWHERE = Path("/nonexistent/pyproject.toml")
FIELDS = {field.name: field.default for field in dataclasses.fields(Config)}
PLACES = {"index", "folder", "cache", "offline", "host", "port", "auth", "api_key", "max_file_bytes"}


def project(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "pyproject.toml"
    path.write_text(text, "utf-8")
    return path


def test_defaults() -> None:
    assert load_config({}, {}, NOWHERE) == Config()


def test_flags_beat_environment_beats_file_beats_default(tmp_path: Path) -> None:
    file = project(tmp_path, "[tool.rag]\nk = 3\ncandidates = 30\npolicy = 'flag'\n")
    environ = {"RAG_K": "4", "RAG_CANDIDATES": "40"}
    config = load_config({"k": 5, "policy": None}, environ, file)
    assert (config.k, config.candidates, config.policy, config.answer_tokens) == (5, 40, "flag", Config().answer_tokens)


def test_a_file_without_the_table_is_no_error(tmp_path: Path) -> None:
    assert load_config({}, {}, project(tmp_path, "[project]\nname = 'x'\n")) == Config()


@pytest.mark.parametrize(
    ("flags", "environ", "toml"),
    [({"gnerator": "x"}, {}, ""), ({}, {"RAG_GNERATOR": "x"}, ""), ({}, {}, "[tool.rag]\ngnerator = 'x'\n")],
)
def test_an_unknown_key_names_the_nearest(
    tmp_path: Path, flags: dict[str, Any], environ: dict[str, str], toml: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(flags, environ, project(tmp_path, toml))
    assert "'gnerator'" in caught.value.message
    assert "'generator'" in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("k", 0),
        ("k", "8"),
        ("k", 8.0),
        ("k", True),
        ("candidates", -1),
        ("offline", 1),
        ("policy", "keep"),
        ("refuse_below", 1.01),
        ("refuse_below", -0.1),
        ("refuse_below", float("nan")),
        ("support_above", 2.0),
        ("support_above", 0.0),
        ("support_below", 2.0),
        ("generator", None),
        ("index", Path("index")),
        ("index", ""),
        ("folder", ""),
        ("embedder", ""),
        ("generator", ""),
    ],
)
def test_values_that_do_not_fit(key: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=key):
        Config(**{key: value})


@pytest.mark.parametrize("text", ["eight", "", "1.5", "1_0_"])
def test_an_environment_value_of_the_wrong_type(text: str) -> None:
    with pytest.raises(ConfigError, match="RAG_K="):
        load_config({}, {"RAG_K": text}, NOWHERE)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("", False)])
def test_switches_in_the_environment(text: str, value: bool) -> None:
    assert load_config({}, {"RAG_OFFLINE": text}, NOWHERE).offline is value


def test_a_wrong_switch() -> None:
    with pytest.raises(ConfigError, match="RAG_OFFLINE='maybe'"):
        load_config({}, {"RAG_OFFLINE": "maybe"}, NOWHERE)


@pytest.mark.parametrize("raw", [b"[tool.rag\n", b"\xff\xfe", b"[tool.rag]\nk = \n"])
def test_a_file_that_is_not_toml(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(raw)
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_config({}, {}, path)


def test_what_has_to_be_named_is_not_empty_by_mistake() -> None:
    """Else an unset `$DOCS` would be the current folder."""
    for flags, environ, how in (({"index": ""}, {}, "leave it out"), ({}, {"RAG_INDEX": ""}, "unset RAG_INDEX")):
        with pytest.raises(ConfigError, match=rf"index = '': must not be empty .*{how} for .index"):
            load_config(flags, environ, NOWHERE)
    assert load_config({"judge": ""}, {"RAG_AUTH": "", "RAG_CACHE": ""}, NOWHERE) == Config()


@pytest.mark.parametrize(
    ("text", "where"),
    [("[tool]\nrag = 5\n", "[tool.rag]"), ("tool = 3\n", "[tool]"), ("[[tool.rag]]\nk = 3\n", "[tool.rag]")],
)
def test_a_file_with_something_else_for_the_table(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"pyproject.toml: {where} is ") + ".*expected a table"):
        load_config({}, {}, project(tmp_path, text))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(ConfigError, match=r"pyproject\.toml: cannot be read: Is a directory"):
        load_config({}, {}, tmp_path / "pyproject.toml")


def test_a_file_that_begins_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert load_config({}, {}, project(tmp_path, "\ufeff[tool.rag]\nk = 3\n")).k == 3


def test_a_whole_number_is_a_number_with_a_point_too(tmp_path: Path) -> None:
    found = load_config({"support_below": 0}, {}, project(tmp_path, "[tool.rag]\nrefuse_below = 1\n"))
    same = Config(refuse_below=1.0, support_below=0.0)
    assert found == same and found.fingerprint() == same.fingerprint()
    for value in (True, 2, "1"):
        with pytest.raises(ConfigError, match="refuse_below"):
            Config(refuse_below=value)  # type: ignore[arg-type]


@given(st.dictionaries(st.text(), st.text()))
def test_any_environment_is_settings_or_a_config_error(environ: dict[str, str]) -> None:
    try:
        load_config({}, {f"RAG_{name}": value for name, value in environ.items()}, NOWHERE)
    except ConfigError:
        return
    assert not environ or {name.lower() for name in environ} <= FIELDS.keys()


def changed(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value / 2
    return "flag" if value == "drop" else value + "x"


@pytest.mark.parametrize("name", FIELDS)
def test_the_fingerprint_sees_what_can_change_an_answer_and_nothing_else(name: str) -> None:
    other = dataclasses.replace(Config(), **{name: changed(FIELDS[name])})
    assert (other.fingerprint() == Config().fingerprint()) == (name in PLACES), name


def test_the_fingerprint_is_eight_hex_digits() -> None:
    assert len(Config().fingerprint()) == 8
    int(Config().fingerprint(), 16)


@pytest.mark.parametrize(
    ("folder", "index", "command"),
    [
        ("seeds", "index", "rag index seeds"),
        (None, "index", "rag index"),
        (None, Path("other"), "rag index --index other"),
        (Path("/my papers"), "o'ther", """rag index '/my papers' --index 'o'"'"'ther'"""),
    ],
)
def test_the_command_that_indexes_names_what_is_not_the_default(
    folder: Path | str | None, index: Path | str, command: str
) -> None:
    assert index_command(folder, index) == command


def test_a_variable_that_is_no_setting_is_named_with_what_mends_it() -> None:
    for variable, hint in (
        ("RAG_HOME", "unset RAG_HOME; settings are: answer_tokens, api_key, auth, cache, candidates,"),
        ("RAG_GNERATOR", "did you mean 'generator'? else unset RAG_GNERATOR"),
    ):
        with pytest.raises(ConfigError) as caught:
            load_config({}, {variable: "x"}, NOWHERE)
        assert caught.value.message == f"{variable}: unknown setting {variable[4:].lower()!r}"
        assert caught.value.hint.startswith(hint)


def test_where_no_setting_is_near_all_are_named(tmp_path: Path) -> None:
    file = project(tmp_path, "[tool.rag]\nxyzzy = 1\n")
    for flags, path in (({"xyzzy": 1}, NOWHERE), ({}, file)):
        with pytest.raises(
            ConfigError, match=r"unknown setting 'xyzzy' \(settings are: answer_tokens, .* support_below"
        ):
            load_config(flags, {}, path)


@pytest.mark.parametrize(
    ("variable", "text", "hint"),
    [
        ("RAG_K", "abc", "write a whole number, or unset RAG_K for 8"),
        ("RAG_REFUSE_BELOW", "abc", "write a number, or unset RAG_REFUSE_BELOW for 0.5"),
        ("RAG_OFFLINE", "maybe", "write 1 or 0, or unset RAG_OFFLINE for 0"),
        ("RAG_K", "0", "unset RAG_K for 8"),
        ("RAG_PORT", "-1", "unset RAG_PORT for 7860"),
        ("RAG_SUPPORT_ABOVE", "7", "unset RAG_SUPPORT_ABOVE for 0.6"),
        ("RAG_POLICY", "keep", "unset RAG_POLICY for 'drop'"),
    ],
)
def test_a_value_that_does_not_fit_says_what_mends_it(variable: str, text: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config({}, {variable: text}, NOWHERE)
    assert caught.value.hint == hint


def test_a_value_of_the_wrong_type_in_the_file_says_what_mends_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"k = 'abc': expected int \(take it out of \S+ for 8\)"):
        load_config({}, {}, project(tmp_path, "[tool.rag]\nk = 'abc'\n"))


@pytest.mark.parametrize(
    ("flags", "environ", "toml", "hint"),
    [
        ({}, {}, "k = 0", "take it out of {project} for 8"),
        ({}, {}, "generator = ''", "name one, or take it out of {project} for {generator!r}"),
        ({}, {"RAG_K": "0"}, "k = 0", "unset RAG_K for 8"),
        ({}, {"RAG_GENERATOR": ""}, "", "name one, or unset RAG_GENERATOR for {generator!r}"),
        ({"k": 0}, {"RAG_K": "5"}, "k = 3", "leave it out for 8"),
        ({"generator": ""}, {"RAG_GENERATOR": "x"}, "", "name one, or leave it out for {generator!r}"),
    ],
)
def test_the_hint_says_where_a_wrong_value_came_from(
    tmp_path: Path, flags: dict[str, Any], environ: dict[str, str], toml: str, hint: str
) -> None:
    file = project(tmp_path, f"[tool.rag]\n{toml}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(flags, environ, file)
    assert caught.value.hint == hint.format(project=file, generator=Config().generator)
