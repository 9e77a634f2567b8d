"""The one HTTP client with the one retry loop; follows no redirect, holds no endless answer, tells no secret."""

import json as json_text
import logging
import re
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from shipwake import __version__
from shipwake.domain import BadInputError, NaiveTimeError, ShipwakeError, utc
from shipwake.wire.chance import spread
from shipwake.wire.clock import SystemClock, monotonic, pause
from shipwake.wire.hiding import hide, parts_of, spellings
from shipwake.wire.packing import TooLargeError, Unfolding

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
NOT_DONE = frozenset({425, 429})
"""Those of them that say that nothing was done, so that even a POST may be sent again."""
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
LARGEST = 64 * 1024 * 1024
UNFOLDS = ("gzip", "deflate")
"""What an answer may be packed in: of these we unpack a part at a time, within bounds."""
FIRST_WAIT_S, GROWTH = 0.2, 3.0
EXCERPT = 200
QUOTED = 16 * 1024
"""Bytes of an answer out of which an excerpt is taken."""
DAY_S = 86_400.0
HALVES = re.compile("[\ud800-\udfff]")
NOT_MODIFIED = 304
"""An answer only to whoever asked with If-None-Match or If-Modified-Since."""

for _name in ("httpx", "httpcore"):
    # They write addresses and headers, and those hold secrets.
    logging.getLogger(_name).setLevel(logging.WARNING)


class CallError(ShipwakeError):
    """A call to another system failed: `permanent` says whether to correct something or to wait `retry_after`.

    `status` is its answer's, None where there was none; `headers` are that answer's, names in lower case.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        status: int | None = None,
        retry_after: timedelta | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, permanent=permanent)
        self.status = status
        self.retry_after = retry_after
        self.headers = headers or {}


class TooSlowError(CallError):
    """An answer that began and did not end in time: asked again at once it would take as long again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status below 300, or 304; header names in lower case; and the unpacked body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    asked: str = ""
    hidden: Callable[[str], str] = field(default=str, repr=False)
    """What makes the answer's own words fit to be shown."""

    def json(self) -> Any:  # noqa: ANN401 - whatever the other system sent
        """The body as JSON; raises a permanent CallError where it is none."""
        try:
            return json_text.loads(self.body)
        except (ValueError, RecursionError):
            start = self.hidden(self.body[:QUOTED].decode(errors="replace"))[:EXCERPT]
            raise CallError(
                f"{self.asked} answered what is no JSON: {start!r}; is the address right?",
                permanent=True,
            ) from None


def asked_to_wait(headers: Mapping[str, str]) -> timedelta | None:
    """How long an answer asks to be left alone, by its Retry-After; None where it says nothing."""
    return retry_after(headers.get("retry-after", ""))


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True, eq=False)
class Client:
    """Requests to one other system, from any thread; its connections end with it, at the latest.

    `to` is the configured address: scheme, host and port of it are all that this client ever speaks to, so that no
    address out of a payload or an answer is asked, and no secret goes there. It is bound by name, not by what the
    name resolves to.

    `timeout_s` bounds each wait and, four times over, a whole answer, of `largest` bytes at most. `patience_s` bounds
    the waits between tries: an answer that asks for a longer one ends them. `waits` reads that from a refusal's
    headers, for systems that have headers of their own for it. `secrets` are hidden in every message.
    """

    to: str = field(repr=False, kw_only=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    timeout_s: float = 10.0
    attempts: int = 3
    patience_s: float = 5.0
    largest: int = LARGEST
    waits: Callable[[Mapping[str, str]], timedelta | None] = asked_to_wait
    _pool: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        headers = {
            "User-Agent": f"shipwake/{__version__}",
            "Accept-Encoding": ", ".join(UNFOLDS),
            **self.headers,
        }
        pool = httpx.Client(headers=headers, timeout=self.timeout_s, follow_redirects=False)
        object.__setattr__(self, "_pool", pool)
        weakref.finalize(self, pool.close)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> Answer:
        """Send until it is answered below 300, or by 304; raises CallError, permanent or passing.

        What may have had an effect is sent again only where that does no harm: `repeatable`, by default the methods
        that HTTP calls idempotent.
        """
        again = method in REPEATABLE if repeatable is None else repeatable
        request = self._built(method, url, params, content, headers)
        for attempt in range(1, self.attempts + 1):
            try:
                return self._once(request)
            except CallError as error:
                wait = self._wait(error, attempt, again=again)
                if wait is None:
                    raise
            pause(wait)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _built(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        content: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> httpx.Request:
        try:
            request = self._pool.build_request(
                method, url, params=params, content=content, headers=headers
            )
            bound = _origin(httpx.URL(self.to)) == _origin(request.url)
        except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
            raise CallError(
                f"{method} {_place(url)}: this is no address; correct it", permanent=True
            ) from None
        if not bound:
            raise CallError(
                f"{method} {_place(url)}: this is not the address that is configured, {_place(self.to)}; "
                "nothing else is asked",
                permanent=True,
            )
        return request

    def _once(self, request: httpx.Request) -> Answer:
        asked = f"{request.method} {_place(str(request.url))}"
        end = monotonic() + 4 * self.timeout_s
        try:
            response = self._pool.send(request, stream=True)
            try:
                body = _read(response, asked, end, self.largest)
            finally:
                response.close()
        except httpx.TimeoutException:
            raise CallError(
                f"{asked}: no answer in {self.timeout_s:g} s", permanent=False
            ) from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            said = re.sub(r"^\[Errno -?[0-9]+\] ", "", str(error))
            reason = self._hidden(said) or type(error).__name__
            permanent = isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError)
            raise CallError(f"{asked}: {reason}", permanent=permanent) from None
        if response.is_success or response.status_code == NOT_MODIFIED:
            return Answer(response.status_code, _headers(response), body, asked, self._hidden)
        raise self._refused(asked, response, body)

    def _refused(self, asked: str, response: httpx.Response, body: bytes) -> CallError:
        status, headers = response.status_code, _headers(response)
        if response.is_redirect:
            target = _place(str(response.headers.get("location", "")))
            message = f"{asked} redirects to {target}; redirects are not followed, so configure the final address"
            return CallError(message, permanent=True, status=status, headers=headers)
        # Hidden before it is cut, and of far more than is shown: what is hidden is shorter than it was.
        said = self._hidden(" ".join(body[:QUOTED].decode(errors="replace").split()))[:EXCERPT]
        message = f"{asked} answered {status} {response.reason_phrase}{f': {said}' if said else ''}"
        return CallError(
            message,
            permanent=status not in PASSING,
            status=status,
            retry_after=self.waits(headers),
            headers=headers,
        )

    def _wait(self, error: CallError, attempt: int, *, again: bool) -> float | None:
        """Seconds until the next try; None where there is to be none."""
        if isinstance(error, TooSlowError):
            return None
        if error.permanent or attempt >= self.attempts or not (again or error.status in NOT_DONE):
            return None
        if error.retry_after is None:
            return spread(FIRST_WAIT_S * GROWTH ** (attempt - 1))
        asked = error.retry_after.total_seconds()
        return asked if asked <= self.patience_s else None

    def _hidden(self, text: str) -> str:
        return re.sub(r"(https?://)\S+", r"\1…", hide(text, self.secrets))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port (RFC 6454), None where the port is the scheme's own."""
    return url.scheme, url.host.rstrip("."), url.port


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _read(response: httpx.Response, asked: str, end: float, largest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    too_large = CallError(
        f"{asked}: the answer is larger than {largest} bytes; ask for less", permanent=True
    )
    unfolded = _unfolding(response, asked, largest)
    for raw in response.iter_raw():
        try:
            part = unfolded(raw)
        except TooLargeError:
            raise too_large from None
        except BadInputError as error:
            raise CallError(f"{asked}: {error.message}", permanent=False) from None
        parts.append(part)
        size += len(part)
        if size > largest:
            raise too_large
        if monotonic() > end:
            raise TooSlowError(f"{asked}: the answer came too slowly", permanent=False)
    return b"".join(parts)


def _unfolding(response: httpx.Response, asked: str, largest: int) -> Callable[[bytes], bytes]:
    """What makes of a part as it was sent what was meant by it."""
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed in ("", "identity"):
        return bytes
    if packed.removeprefix("x-") not in UNFOLDS:
        message = f"{asked} answered packed as {packed[:EXCERPT]!r}, which was not asked for"
        raise CallError(message, permanent=True)
    return Unfolding(packed, largest).part


def _place(url: str) -> str:
    """Scheme, host and port: the rest of an address may be a secret."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(an address that cannot be read)"
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def retry_after(header: str) -> timedelta | None:
    """What Retry-After asks for, in seconds or as a date (RFC 9110, 10.2.3); None where it says nothing."""
    header = header.strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", header):
        seconds = float(header)
    else:
        try:
            seconds = (utc(parsedate_to_datetime(header)) - SystemClock().now()).total_seconds()
        except (ValueError, TypeError, OverflowError, NaiveTimeError):
            return None
    return timedelta(seconds=min(max(seconds, 0.0), DAY_S))


def json_body(value: object) -> bytes:
    """A value as compact JSON in UTF-8; half of a character is sent as the sign for what cannot be shown."""
    text = json_text.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return whole(text).encode()


def whole(text: str) -> str:
    """Text that has a form in UTF-8."""
    return HALVES.sub("\ufffd", text)


def secrets_of(revealed: Iterable[str]) -> tuple[str, ...]:
    """Secrets worth hiding, in every spelling and the longest first; of an address what may be one in it, too."""
    known = tuple(revealed)
    return spellings((*known, *(part for s in known if "://" in s for part in parts_of(s))))
