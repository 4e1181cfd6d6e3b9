"""What was read or measured before, kept in this process under a key that names the facts and who sees them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The newest `most` things, by key; the key must hold everything the thing depends on, the scope included."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under a key, made now if it is not there; what is refused is not kept."""
        with self._guard:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
        made = make()
        with self._guard:
            self._things[key] = made
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return made
