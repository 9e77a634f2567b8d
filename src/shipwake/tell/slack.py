"""Slack, by its Web API: a direct message to each author, or one a change in a channel, edited in place.

An edit rings no bell, so what got worse or recovered comes as a line in the message's thread too. The notice's key is
in the message's metadata: one that was posted while its answer was lost is found again, never posted twice.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException
from typing import Any

from shipwake.config import Adapter, Setting, read
from shipwake.domain import Notice, Ref
from shipwake.tell import TellError
from shipwake.tell.blocks import (
    GONE,
    HELP,
    INVITE,
    PASSES,
    line_of,
    message_of,
    payload_of,
    told,
    web_client,
)
from shipwake.wire.http import PASSING, retry_after

SETTINGS = (
    Setting("token", read.secret, "The app's bot token, `xoxb-…`.", required=True),
    Setting(
        "channel",
        read.text,
        "One message a change there, by its id (`C0123`) or its name without `#`; absent: a direct message a person.",
    ),
    Setting("url", read.url("http", "https"), "Where the Web API is; Slack's own where absent."),
    Setting(
        "timeout",
        read.duration(timedelta(milliseconds=100), timedelta(minutes=1)),
        "How long to wait for each answer; 10s where absent.",
    ),
)
URL, TIMEOUT = "https://slack.com/api/", timedelta(seconds=10)
PAGE, MOST_PAGES, MOST_PLACES = 200, 5, 10_000
CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{2,}")
FORMS = {
    "users.lookupByEmail",
    "conversations.list",
    "conversations.history",
    "conversations.replies",
}
"""Methods that read, and take no JSON."""


class GoneError(TellError):
    """The message is no longer there to be edited; post it anew."""


@dataclass(frozen=True, slots=True)
class Slack:
    """One workspace by one app's token; `api` is a WebClient of slack_sdk, `refusal` its error for `ok: false`."""

    api: Any = field(repr=False)
    refusal: type[Exception] = field(repr=False)
    channel: str = ""
    _places: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def everybody(self) -> bool:
        """Whether this is one place that all read."""
        return bool(self.channel)

    def find(self, key: str) -> Ref | None:
        """The message whose metadata has this key, among the newest thousand of its conversation."""
        recipient = key.rpartition("|")[2]
        if not self.channel and "@" not in recipient:
            return None
        place = self._place(recipient)
        for message in self._messages("conversations.history", channel=place):
            if told(message).get("key") == key:
                return Ref(f"{place}/{message['ts']}")
        return None

    def ask(self) -> None:
        """Whether the token opens a workspace, and the channel is there; tells nobody. Raises TellError."""
        self._call("auth.test")
        if self.channel:
            self._place("")

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        """Post the notice or edit it in place, with its line in the thread at most once; raises TellError."""
        place, _, ts = (ref.value if ref else "").partition("/")
        if ref is None or not ts:
            return self._post(notice)
        try:
            self._call("chat.update", channel=place, ts=ts, **message_of(notice))
        except GoneError:
            # It may have been posted anew before, by a try whose answer was lost.
            found = self.find(notice.key)
            return self._post(notice) if found in (None, ref) else self.put(notice, found)
        if notice.thread_line and not self._rang(notice, place, ts):
            self._call("chat.postMessage", channel=place, thread_ts=ts, **line_of(notice))
        return ref

    def _post(self, notice: Notice) -> Ref:
        """A new message rings by itself, so that it needs no line in its thread."""
        place = self._place(notice.recipient)
        args = {"channel": place, "unfurl_links": False, **message_of(notice)}
        posted = self._call("chat.postMessage", **args).get("ts")
        if not isinstance(posted, str):
            raise TellError(_no_slack("chat.postMessage"), permanent=True)
        return Ref(f"{place}/{posted}")

    def _rang(self, notice: Notice, place: str, ts: str) -> bool:
        """Whether this revision's line is in the thread already; the message itself is listed there too."""
        said = payload_of(notice)
        thread = self._messages("conversations.replies", channel=place, ts=ts)
        return any(told(message) == said for message in thread if message.get("ts") != ts)

    def _place(self, recipient: str) -> str:
        """The id of the conversation; kept, since it stays the same."""
        sought = self.channel or recipient
        if sought not in self._places:
            if len(self._places) >= MOST_PLACES:
                self._places.clear()
            self._places[sought] = self._channel() if self.channel else self._direct(recipient)
        return self._places[sought]

    def _direct(self, recipient: str) -> str:
        if "@" not in recipient:
            raise TellError(_nobody(recipient), permanent=True)
        person = self._id("users.lookupByEmail", "user", email=recipient)
        return self._id("conversations.open", "channel", users=person)

    def _id(self, method: str, key: str, **args: str) -> str:
        found = self._call(method, **args).get(key)
        if not isinstance(found, Mapping) or not isinstance(found.get("id"), str):
            raise TellError(_no_slack(method), permanent=True)
        return str(found["id"])

    def _channel(self) -> str:
        """Only posting takes a name, and looking for what was posted takes none: so the id is asked for."""
        if CHANNEL_ID.fullmatch(self.channel):
            return self.channel
        name, asked = self.channel.lstrip("#"), {"types": "public_channel,private_channel"}
        for known in self._all("conversations.list", "channels", exclude_archived=True, **asked):
            if known.get("name") == name:
                return str(known["id"])
        message = f"the app sees no channel {name}; {INVITE}, or set its id"
        raise TellError(message, permanent=True)

    def _messages(self, method: str, **args: str) -> Iterator[Mapping[str, Any]]:
        return self._all(method, "messages", include_all_metadata=True, **args)

    def _all(self, method: str, key: str, **args: object) -> Iterator[Mapping[str, Any]]:
        """What stands under `key` on each page, up to MOST_PAGES."""
        for _ in range(MOST_PAGES):
            page = self._call(method, limit=PAGE, **args)
            found, more = page.get(key), page.get("response_metadata")
            yield from (one for one in found or () if isinstance(one, Mapping))
            args["cursor"] = more.get("next_cursor") if isinstance(more, Mapping) else None
            if not args["cursor"]:
                return

    def _call(self, method: str, **args: object) -> Mapping[str, Any]:
        """One call, not tried again here, since that is the outbox's work; raises TellError."""
        try:
            answer = self.api.api_call(method, **{"params" if method in FORMS else "json": args})
            return dict(answer.data)
        except self.refusal as error:
            raise _refused(method, getattr(error, "response", None)) from None
        except (OSError, HTTPException) as error:
            said = f"Slack did not answer {method}: {_reason(error)}"
            raise TellError(said, permanent=False) from None
        except (ValueError, TypeError, AttributeError):
            raise TellError(_no_slack(method), permanent=True) from None


def _nobody(recipient: str) -> str:
    if not recipient:
        return "nobody to tell: the change names no author, and its service no owner; set `owners`, or a `channel`"
    return (
        f"Slack finds people by e-mail address, and {recipient[:80]} is none; add the address to the change's authors,"
        " set up a lookup that knows it (`lookup`, kind `github`), or set a `channel`"
    )


def _reason(error: Exception) -> str:
    """Why there was no answer; what other errors say may hold an address."""
    found = getattr(error, "reason", error)
    if isinstance(found, TimeoutError):
        return "timed out"
    return found.strerror or str(found) if isinstance(found, OSError) else type(found).__name__


def _no_slack(method: str, status: int = 200) -> str:
    return f"{method} was answered {status} in a form that is not Slack's; check `url`"


def _refused(method: str, response: Any) -> TellError:  # noqa: ANN401 - a SlackResponse
    status = getattr(response, "status_code", 0)
    said = response.data if isinstance(getattr(response, "data", None), dict) else {}
    stated = str(said.get("error", ""))
    word = stated if re.fullmatch(r"\w{1,80}", stated) else ""
    if status in PASSING or word in PASSES:
        headers = {name.lower(): value for name, value in response.headers.items()}
        after = retry_after(str(headers.get("retry-after", "")))
        message = f"Slack cannot take {method} now ({word or status})"
        return TellError(message, permanent=False, retry_after=after)
    if not word:
        return TellError(_no_slack(method, status), permanent=True)
    needed = f" ({str(said['needed'])[:80]})" if said.get("needed") else ""
    advice = HELP.get(word, "Slack's page on this method says what to do")
    kind = GoneError if word in GONE else TellError
    return kind(f"Slack refused {method}: {word}{needed}; {advice}", permanent=True)


def connect(adapter: Adapter) -> Slack:
    """The workspace that the adapter's token opens; nothing is asked of it yet."""
    from slack_sdk.errors import SlackApiError  # noqa: PLC0415 - 0.2 s that only users of Slack pay

    settings = adapter.settings
    timeout = settings.get("timeout", TIMEOUT)
    token, url = settings["token"].reveal(), settings.get("url", URL)
    return Slack(
        web_client(token, url, timeout.total_seconds()), SlackApiError, settings.get("channel", "")
    )
