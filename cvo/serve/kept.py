"""Answers that are kept as long as there is room, the one that was asked for longest ago going first."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

PART = 8  # no answer takes more than this part of the room


class Kept:
    """Answers by what was asked, in *room* bytes.

    >>> kept = Kept(80)
    >>> kept.put("a", {}, b"x" * 10); kept.put("b", {}, b"x" * 11)
    >>> kept.get("a"), kept.get("b")
    (({}, b'xxxxxxxxxx'), None)
    """

    def __init__(self, room: int) -> None:
        """Begin with none."""
        self.room, self.size, self.hits, self.misses = room, 0, 0, 0
        self._answers: OrderedDict[Hashable, tuple[dict[str, Any], bytes]] = OrderedDict()

    def get(self, key: Hashable) -> tuple[dict[str, Any], bytes] | None:
        """Return the answer to what *key* asks, if it is kept."""
        found = self._answers.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._answers.move_to_end(key)
        return found

    def put(self, key: Hashable, head: dict[str, Any], body: bytes) -> None:
        """Keep an answer, unless it is too large."""
        if len(body) > self.room // PART or key in self._answers:
            return
        self._answers[key] = (head, body)
        self.size += len(body)
        while self.size > self.room:
            _, (_, gone) = self._answers.popitem(last=False)
            self.size -= len(gone)
