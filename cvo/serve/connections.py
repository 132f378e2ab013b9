"""A connection with time-outs for clients that are slow to ask or to read, and a bound for the head of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

if TYPE_CHECKING:
    import asyncio

HEAD = 128 << 10  # bytes of a request before its body
ASKING = 10.0  # seconds for the head of a request
STALLED = 30.0  # seconds in which a client must have read something
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Patient(AutoHTTPProtocol):  # type: ignore[valid-type, misc]  # chosen when it is imported
    """uvicorn's protocol, which by itself waits for ever for the end of a head, and for a client that does not read."""

    clock: asyncio.TimerHandle | None = None
    head = 0
    unread = 0

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvicorn's
        """Give the client its time to ask."""
        super().connection_made(transport)
        self._wait(ASKING)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clock."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; stop the clock once a head is whole, refuse one that is too large."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not None and (self.cycle is not before or not self.cycle.response_complete):
            self.head = 0
            self._stop()
            return
        self.head += len(data)
        if self.head > HEAD and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()
        elif self.clock is None:
            self._wait(ASKING)

    def pause_writing(self) -> None:
        """Give the client its time to read."""
        super().pause_writing()
        self.unread = self.transport.get_write_buffer_size()
        self._stop()
        self.clock = self.loop.call_later(STALLED, self._stalled)

    def resume_writing(self) -> None:
        """Stop the clock."""
        super().resume_writing()
        self._stop()

    def _stalled(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left >= self.unread:
            self.transport.abort()
            return
        self.unread = left
        self.clock = self.loop.call_later(STALLED, self._stalled)

    def _wait(self, most: float) -> None:
        self.clock = self.loop.call_later(most, self.transport.abort)

    def _stop(self) -> None:
        if self.clock is not None:
            self.clock.cancel()
            self.clock = None
