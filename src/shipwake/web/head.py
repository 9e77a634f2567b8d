"""The head of a request, read within bounds: what has more headers, or longer ones, than anybody means is refused."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST = 64 * 1024
"""Bytes of a request's first line and headers, trailers included."""
MOST = 200
"""Headers of a request."""
REFUSAL = (
    '{"type":"about:blank","title":"Headers too large","status":431,"detail":"a request may have '
    f'{MOST} headers and {LONGEST} bytes of them with its address; send fewer, or shorter ones"}}'
).encode()


class Bounded(HttpToolsProtocol):
    """uvicorn's quick protocol, which alone would hold whatever is sent as headers, to their end or without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._count = self._size = self._waiting = 0
        self._too_large = self._moved = False

    def data_received(self, data: bytes) -> None:
        """Read on; refuse what neither ends nor brings any body."""
        self._moved = False
        super().data_received(data)
        self._waiting = 0 if self._moved else self._waiting + len(data)
        if self._waiting > LONGEST and not self.transport.is_closing():
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._count = self._size = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of its address."""
        self._weigh(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or one after the body."""
        self._count += 1
        self._weigh(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """All of them are there."""
        self._moved = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body, which has bounds of its own."""
        self._moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._moved = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong, and hang up."""
        if not self._too_large:
            super().send_400_response(msg)
            return
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: application/problem+json\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(REFUSAL), REFUSAL)
        )
        self.transport.close()

    def _weigh(self, size: int) -> None:
        self._size += size
        if self._size > LONGEST or self._count > MOST:
            self._too_large = True
            # The parser turns it into an error of its own, which is answered by the refusal above.
            raise ValueError("the head is too large")
