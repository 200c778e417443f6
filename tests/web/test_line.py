from __future__ import annotations

import threading

from rag.web.line import Line


def test_first_come_first_served() -> None:
    line = Line()
    tickets = [line.join(owner) for owner in ("ada", "ben", "cleo")]
    assert [line.ahead(ticket) for ticket in tickets] == [0, 1, 2]
    assert line.wait(tickets[0], 0)
    assert not line.wait(tickets[1], 0)
    line.leave(tickets[0])
    assert line.wait(tickets[1], 0)
    assert line.ahead(tickets[2]) == 1


def test_who_asks_many_things_at_once_waits_between_them_for_others() -> None:
    line = Line()
    many = [line.join("programs") for _ in range(100)]
    ada, ben = line.join("ada"), line.join("ben")
    again = line.join("ada")
    assert [line.ahead(ticket) for ticket in (many[0], ada, ben, many[1], again)] == [0, 1, 2, 3, 4]
    line.leave(many[0])
    late = line.join("cleo")
    assert [line.ahead(ticket) for ticket in (ada, ben, late, many[1])] == [0, 1, 2, 3]
    for ticket in (ada, ben, late, *many[1:50], again):
        line.leave(ticket)
    last = line.join("dan")
    assert [line.ahead(ticket) for ticket in (many[50], last, many[51])] == [0, 1, 2], "nobody waits for past rounds"


def test_one_who_gives_up_holds_nobody_up() -> None:
    line = Line()
    first, second, third = (line.join() for _ in range(3))
    line.leave(second)
    line.leave(first)
    assert line.wait(third, 0)


def test_the_next_one_is_woken() -> None:
    line, served = Line(), threading.Event()
    first, second = line.join(), line.join()

    def wait() -> None:
        if line.wait(second, 10):
            served.set()

    thread = threading.Thread(target=wait)
    thread.start()
    line.leave(first)
    assert served.wait(5)
    thread.join()
