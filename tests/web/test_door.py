"""Whoever guesses a password waits, and nobody else does for long; the clock is the test's own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.web.door import Door, TooManyTries
from rag.web.passwords import Passwords, hashed

HOME, CAFE, NETWORK = "192.0.2.1", "198.51.100.7", "2001:db8:1:2::"
RIGHT = "pears"


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr("rag.web.passwords._COST", 2)  # a try costs nothing here
    return Door(Passwords({"ines": hashed(RIGHT), "tobin": hashed(RIGHT)}), clock)


def guess(door: Door, times: int, name: str = "ines", address: str = CAFE) -> None:
    for number in range(times):
        assert not door.admits(name, f"guess {number}", address)


def waits(door: Door, name: str = "ines", address: str = CAFE) -> float:
    """How long even the right password has to wait."""
    try:
        return 0.0 if door.admits(name, RIGHT, address) else -1.0
    except TooManyTries as exc:
        return exc.wait_s


def test_a_few_wrong_ones_and_then_the_right_one(door: Door) -> None:
    guess(door, 4)
    assert waits(door) == 0


def test_one_who_guesses_waits_until_the_first_guess_is_a_minute_old(door: Door, clock: Clock) -> None:
    guess(door, 1)
    clock.now_s += 20
    guess(door, 4)
    with pytest.raises(TooManyTries, match="wait 40 seconds"):
        door.admits("ines", RIGHT, CAFE)
    clock.now_s += 39
    assert waits(door) == 1, "what is refused does not make it longer"
    clock.now_s += 1
    assert waits(door) == 0


def test_others_do_not_wait_for_one_who_guesses(door: Door) -> None:
    guess(door, 5)
    assert waits(door, address=HOME) == 0
    assert waits(door, name="tobin") == 0


def test_an_address_waits_that_tries_many_names(door: Door) -> None:
    for number in range(20):
        guess(door, 1, f"name {number}")
    assert waits(door) == 60
    assert waits(door, address=HOME) == 0


def test_a_name_that_is_guessed_at_from_many_addresses_is_still_let_in_where_it_is_known(door: Door) -> None:
    assert waits(door, address=HOME) == 0
    for number in range(20):
        guess(door, 1, address=f"203.0.113.{number}")
    assert waits(door, address=CAFE) == 60
    assert waits(door, address=HOME) == 0
    assert waits(door, name="tobin", address=CAFE) == 0


def test_a_right_password_of_ones_own_does_not_buy_more_guesses(door: Door) -> None:
    guess(door, 5)
    assert waits(door, name="tobin") == 0
    assert waits(door) == 60


def test_a_known_address_may_not_guess_either(door: Door) -> None:
    assert waits(door) == 0
    guess(door, 5)
    assert waits(door) == 60


def test_a_network_of_ipv6_is_one_place(door: Door) -> None:
    for number in range(5):
        guess(door, 1, address=f"{NETWORK}{number}")
    assert waits(door, address=f"{NETWORK}ffff") == 60
    assert waits(door, address="2001:db8:1:3::1") == 0


def test_many_at_once_are_no_way_round(door: Door) -> None:
    def tried(number: int) -> bool:
        try:
            return door.admits("ines", f"guess {number}", CAFE)
        except TooManyTries:
            return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tried, range(40))).count(False) == 5


def test_names_of_any_length_and_kind_are_taken(door: Door) -> None:
    guess(door, 5, "x" * 1_000_000, "not an address")
    assert waits(door, "x" * 1_000_000, "not an address") == 60
    assert waits(door, "\ud800", "") == -1
