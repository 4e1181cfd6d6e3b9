"""What was read or measured before, kept in this process under a key that names the facts and who sees them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The newest things, by key; the key must hold everything the thing depends on, the scope included.

    room: how much all of them may weigh together; without `weigh` each weighs 1. The newest stays, however heavy.
    """

    def __init__(self, room: int, weigh: Callable[[T], int] = lambda _: 1) -> None:
        self._room, self._weigh, self._weight = room, weigh, 0
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under a key, made now if it is not there; what is refused is not kept.

        Of many who ask at once one makes it and the others wait for it: a rush costs no more than one.
        """
        with self._guard:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
            mine = self._making.setdefault(key, threading.Lock())
        with mine:
            with self._guard:
                if key in self._things:
                    return self._things[key]
            try:
                return self._keep(key, make())
            finally:
                with self._guard:
                    self._making.pop(key, None)

    def _keep(self, key: Hashable, made: T) -> T:
        with self._guard:
            if key in self._things:  # made by two after a refusal: it weighs once
                self._weight -= self._weigh(self._things.pop(key))
            self._things[key] = made
            self._weight += self._weigh(made)
            while self._weight > self._room and len(self._things) > 1:
                self._weight -= self._weigh(self._things.popitem(last=False)[1])
        return made
