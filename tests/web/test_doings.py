from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy

from rag.web.doings import Doings


def test_what_is_done_meanwhile_hides_nothing() -> None:
    doings = deepcopy(Doings())  # as Gradio makes one for each page
    one, two = doings.telling(iter(["a 1", "a 2"])), doings.telling(iter(["b 1", "b 2"]))
    assert [next(one), next(two), next(two), next(two)] == ["a 1", "a 1b 1", "a 1b 2", "a 1b 2"]
    assert list(one) == ["a 2b 2", "a 2b 2"]
    assert list(doings.telling(iter(["c"]))) == ["c", "c"], "what is over is not told with what begins after it"
    assert doings.html == "c"


def test_something_that_says_nothing_leaves_all_as_it_is() -> None:
    doings = Doings()
    assert list(doings.telling(iter(()))) == [""]
    list(doings.telling(iter(["a"])))
    assert list(doings.telling(iter(()))) == ["a"]


def test_something_that_breaks_off_is_not_under_way_for_ever() -> None:
    def breaks() -> Iterator[str]:
        yield "half"
        raise ZeroDivisionError

    doings = Doings()
    for work in (breaks(), iter(["left", "never"])):
        told = doings.telling(work)
        next(told)
        with suppress(ZeroDivisionError):
            next(told)
        told.close()  # type: ignore[attr-defined]
    assert list(doings.telling(iter(["next"]))) == ["next", "next"]


def test_however_much_is_done_at_once_only_so_much_is_shown() -> None:
    doings = Doings()
    first = doings.telling(iter(["first ", "first "]))
    next(first)
    for number in range(200):
        list(doings.telling(iter([f"{number} "])))
    assert doings.html.split() == [str(number) for number in range(150, 200)]
    assert "first" in next(first)
