"""A bounded cache, warmed after start as in a fresh process; refuses to outgrow its size."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")
STEP_S = 0.1


class Cache(Generic[K, V]):
    """The most recently used `size` values."""

    def __init__(self, size: int, make: Callable[[K], V]) -> None:
        """Start empty; `make` computes what is missing."""
        self._size, self._make = size, make
        self._kept: OrderedDict[K, V] = OrderedDict()

    def __getitem__(self, key: K) -> V:
        """Get the value, made now if it is not kept."""
        value = self._kept.get(key)
        if value is None:
            value = self._kept[key] = self._make(key)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return value

    async def warm(self, keys: Iterable[K]) -> None:
        """Make the values one by one, ten a second, so that requests still get their turn."""
        for key in keys:
            self[key]
            await asyncio.sleep(STEP_S)
