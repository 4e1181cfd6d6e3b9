"""What was read before is kept: made once however many ask at once, the newest few, nothing that was refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from salesyear.performance.board.kept import Kept

pytestmark = pytest.mark.once


def test_of_many_who_ask_at_once_one_makes_it() -> None:
    kept: Kept[int] = Kept(4)
    made: list[int] = []

    def make() -> int:
        made.append(1)
        time.sleep(0.05)
        return 7

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("key", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [7] * 8
    assert made == [1]


def test_only_the_newest_are_kept_and_a_refusal_is_not() -> None:
    kept: Kept[int] = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert [kept.get(name, lambda: 1) for name in ("a", "b", "c")] == [1, 1, 1]
    assert kept.get("a", lambda: 2) == 2  # pushed out by b and c
    assert kept.get("c", lambda: 2) == 1


def test_what_is_heavy_leaves_room_for_less_and_the_newest_always_stays() -> None:
    kept: Kept[str] = Kept(10, len)
    for name in ("aaaa", "bbbb", "cc"):
        kept.get(name, partial(str, name))
    assert [kept.get(name, lambda: "made again") for name in ("aaaa", "bbbb", "cc")] == ["aaaa", "bbbb", "cc"]
    kept.get("d", lambda: "d")
    assert kept.get("bbbb", lambda: "?") == "bbbb"
    assert kept.get("aaaa", lambda: "?") == "?"  # the oldest went for the fourth
    assert kept.get("heavy", lambda: "h" * 99) == "h" * 99
    assert kept.get("heavy", lambda: "?") == "h" * 99
    assert kept.get("cc", lambda: "?") == "?"
    assert kept.get("heavy", lambda: "gone") == "gone"  # what weighed 99 had to go for one more


def test_what_two_made_after_a_refusal_weighs_once() -> None:
    """The second waits for the first, who is refused; a third who comes then makes it, too."""
    kept: Kept[str] = Kept(10, len)
    refuse, third = threading.Event(), threading.Event()
    entered = [threading.Event(), threading.Event()]

    def refused() -> str:
        entered[0].set()
        refuse.wait(30)
        raise LookupError

    def slow() -> str:
        entered[1].set()
        third.wait(30)
        return "aaaa"

    def ask(make: Callable[[], str]) -> None:
        with suppress(LookupError):
            kept.get("a", make)

    first = threading.Thread(target=ask, args=(refused,))
    first.start()
    assert entered[0].wait(30)
    second = threading.Thread(target=ask, args=(slow,))
    second.start()
    refuse.set()
    first.join(30)
    assert entered[1].wait(30)
    third_one = threading.Thread(target=ask, args=(partial(str, "aaaa"),))
    third_one.start()
    time.sleep(0.05)
    third.set()
    second.join(30)
    third_one.join(30)
    kept.get("b", partial(str, "bbbb"))
    assert [kept.get(name, lambda: "made again") for name in ("a", "b")] == ["aaaa", "bbbb"]
