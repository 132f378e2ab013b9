"""What ends the reading of a text: what is wrong, and where."""

from __future__ import annotations

from cvo.sourcemap import Span


class Refused(Exception):  # noqa: N818 - a reader turns it into a syntax error at its place
    """A text is not read: *what* says why, *span* where."""

    def __init__(self, what: str, start: int, end: int) -> None:
        """Hold both."""
        super().__init__(what)
        self.what, self.span = what, Span(start, end)
