"""Questions to GitHub's REST API: paging, limits, refusals in words; asks nothing while it is told to wait."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from shipwake.domain import NaiveTimeError, utc
from shipwake.lookup import LookupFailedError
from shipwake.lookup.hosts.memory import Memory
from shipwake.wire.clock import SystemClock, monotonic
from shipwake.wire.http import NOT_MODIFIED, Answer, CallError, Client, asked_to_wait

T = TypeVar("T")
PAGE = 100
"""Entries of a page; the most that GitHub gives."""
LONGEST_WAIT = timedelta(days=1)
UNSAID_WAIT = timedelta(minutes=1)
"""How long to wait where a limit is reached and no time is said (docs.github.com, "Rate limits for the REST API")."""
ABSENT = frozenset({404, 410, 422})
"""Nobody of that name; 422 is said of a commit that is not there."""
LIMITED = frozenset({403, 429})
MOVED = frozenset({301, 302, 307, 308})
NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next\b')


def limit_wait(headers: Mapping[str, str]) -> timedelta | None:
    """How long a refusal asks to be left alone: by Retry-After, else until the limit of the hour is set anew."""
    told = asked_to_wait(headers)
    if told is not None or headers.get("x-ratelimit-remaining", "").strip() != "0":
        return told
    reset = headers.get("x-ratelimit-reset", "").strip()
    if not re.fullmatch(r"[0-9]{1,12}", reset):
        return UNSAID_WAIT
    # By GitHub's own clock where it tells it: ours may be off.
    left = timedelta(seconds=float(reset) - _now_s(headers.get("date", "")) + 1)
    return min(max(left, timedelta(seconds=1)), LONGEST_WAIT)


def _now_s(date: str) -> float:
    try:
        return utc(parsedate_to_datetime(date)).timestamp()
    except (ValueError, TypeError, NaiveTimeError):
        return SystemClock().now().timestamp()


@dataclass(slots=True)
class Held:
    """Until when, on the clock of timeouts, nothing is to be asked."""

    until_s: float = 0.0

    def left(self) -> timedelta | None:
        """How long that still is; None where it is over."""
        seconds = self.until_s - monotonic()
        return timedelta(seconds=ceil(seconds)) if seconds > 0 else None

    def hold(self, wait: timedelta) -> None:
        """Ask nothing for so long."""
        self.until_s = max(self.until_s, monotonic() + wait.total_seconds())


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was when GitHub gave it this tag, and what to ask for the one after it."""

    tag: str
    entries: list[Any]
    after: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Calls:
    """GitHub at one address, with one token or none; `what` in a question is for the words of its failure."""

    client: Client
    url: str = field(repr=False)
    has_token: bool
    _held: Held = field(default_factory=Held)
    _seen: Memory[str, Page] = field(
        default_factory=lambda: Memory(timedelta(days=2), most=2000), repr=False
    )

    def get(self, path: str, form: type[T], what: str, **params: str) -> T:
        """The answer; raises LookupFailedError, also where nothing of that name is there."""
        return _read(self._ask(path, params, what), form)

    def find(self, path: str, form: type[T], what: str, **params: str) -> T | None:
        """The answer; None where nothing of that name is there, as far as the token may see."""
        try:
            return self.get(path, form, what, **params)
        except AbsentError:
            return None

    def pages(self, path: str, form: type[T], what: str, *, most: int) -> Iterator[list[T]]:
        """The pages of a list, at most `most`; a page that did not change since it was last asked for costs nothing."""
        params: dict[str, str] | None = {"per_page": str(PAGE)}
        for _ in range(most):
            if params is None:
                return
            entries, params = self._page(path, params, form, what)
            yield entries

    def _page(
        self, path: str, params: dict[str, str], form: type[T], what: str
    ) -> tuple[list[T], dict[str, str] | None]:
        asked = f"{path}?{sorted(params.items())}"
        known = self._seen.recall(asked)
        headers = {"If-None-Match": known[0].tag} if known else None
        answer = self._ask(path, params, what, headers)
        if answer.status == NOT_MODIFIED and known:
            return known[0].entries, known[0].after
        entries = _read(answer, list[form])  # type: ignore[valid-type]
        after = _next(answer.headers.get("link", ""))
        if tag := answer.headers.get("etag", ""):
            self._seen.keep(asked, Page(tag, entries, after))
        return entries, after

    def _ask(
        self,
        path: str,
        params: Mapping[str, str],
        what: str,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        if left := self._held.left():
            raise self._limited(left)
        try:
            return self.client.request("GET", f"{self.url}{path}", params=params, headers=headers)
        except CallError as error:
            raise self._failed(error, what) from None

    def _failed(self, error: CallError, what: str) -> LookupFailedError:
        """A refusal in words that say what to do."""
        wait = _wait(error)
        if wait is not None:
            self._held.hold(wait)
            return self._limited(wait)
        token = "the token" if self.has_token else "nobody without a token"
        match error.status:
            case 401:
                message = "GitHub does not know the token; make a new one, and give it to `token`"
            case 403:
                message = f"GitHub refuses {what}: {_permission(error, has_token=self.has_token)}"
            case status if status in ABSENT:
                message = f"GitHub has no {what}, or {token} may see it; check the name, and what the token may read"
                return AbsentError(message, permanent=True)
            case status if status in MOVED:
                message = f"GitHub has {what} under another name by now; configure that one"
            case _:
                return LookupFailedError(
                    f"GitHub was asked for {what}: {error.message}",
                    permanent=error.permanent,
                    retry_after=error.retry_after,
                )
        return LookupFailedError(message, permanent=True)

    def _limited(self, wait: timedelta) -> LookupFailedError:
        more = "" if self.has_token else "; give it a `token` to be allowed more of them"
        minutes = max(1, round(wait / timedelta(minutes=1)))
        message = f"GitHub's limit of requests is reached; it is asked again in {minutes} min{more}"
        return LookupFailedError(message, permanent=False, retry_after=wait)


class AbsentError(LookupFailedError):
    """GitHub has nothing of that name, or does not show it: check the name, and what the token may read."""


def _wait(error: CallError) -> timedelta | None:
    """How long to ask nothing; None where the refusal is of another kind than a limit."""
    if error.status not in LIMITED:
        return None
    if error.retry_after is not None:
        return error.retry_after
    limited = error.status != 403 or "rate limit" in error.message.casefold()  # noqa: PLR2004 - a status
    return UNSAID_WAIT if limited else None


def _permission(error: CallError, *, has_token: bool) -> str:
    if "required" in error.headers.get("x-github-sso", ""):
        return "authorise the token for the organisation's single sign-on"
    if not has_token:
        return "it is not public; configure a `token`"
    needed = error.headers.get("x-accepted-github-permissions", "").replace("=", ": ")
    needed = re.sub(r"[^\w:;, -]", "", needed)[:200]
    return f"give the token the permission {needed or 'to read it'}"


def _read(answer: Answer, form: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=form)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        message = f"GitHub answered in another form ({error}); is `url` the address of its API?"
        raise LookupFailedError(message, permanent=True) from None


def _next(link: str) -> dict[str, str] | None:
    """The query of the next page by the Link header; its host is not asked, since the token is for one host only."""
    found = NEXT.search(link)
    return dict(parse_qsl(urlsplit(found[1]).query)) if found else None
