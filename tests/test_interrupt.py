from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from rag.interrupt import Interrupt


@pytest.fixture
def interrupt() -> Iterator[Interrupt]:
    interrupt = Interrupt()
    before = signal.signal(signal.SIGTERM, interrupt.set)
    yield interrupt
    signal.signal(signal.SIGTERM, before)


def test_a_signal_before_the_wait_is_not_lost(interrupt: Interrupt) -> None:
    assert not interrupt.is_set()
    os.kill(os.getpid(), signal.SIGTERM)
    interrupt.wait()
    assert interrupt.is_set()


def test_a_signal_just_before_the_thread_sleeps_only_delays_it(
    interrupt: Interrupt, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = time.sleep
    slept: list[float] = []

    def late(seconds: float) -> None:
        if not slept:
            os.kill(os.getpid(), signal.SIGTERM)
        slept.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", late)
    interrupt.wait()
    assert slept == [0.1]
