"""Notices as signed JSON to an address of yours; at least once: the key in the payload tells a repetition.

A webhook cannot be searched or edited. Each revision is a POST of its own, and replaces what its key said before.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

from shipwake.config import Adapter, Setting, read
from shipwake.domain import Notice, Ref, rfc3339
from shipwake.tell import TellError
from shipwake.wire.http import CallError, Client, json_body, secrets_of, whole
from shipwake.wire.sign import signature

SETTINGS = (
    Setting(
        "url",
        read.url("http", "https"),
        "Where to POST; `${NAME}` in it is replaced, for an address that is secret.",
        required=True,
    ),
    Setting(
        "secret",
        read.secret,
        "Signs each body: `X-Shipwake-Signature: sha256=` and its HMAC in hexadecimal.",
    ),
    Setting(
        "timeout",
        read.duration(timedelta(milliseconds=100), timedelta(minutes=1)),
        "How long to wait for an answer; 10s where absent.",
    ),
)
TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address. Any answer below 300 counts as received."""

    client: Client
    url: str = field(repr=False)
    secret: str = field(repr=False)

    def find(self, key: str) -> Ref | None:
        """None: whoever listens there is not asked."""
        return None

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        """POST this revision; the same revision again has the same Idempotency-Key. Raises TellError."""
        body = payload(notice)
        headers = {
            "Content-Type": "application/json",
            # A key may hold any letters, a header only ASCII.
            "Idempotency-Key": quote(whole(f"{notice.key}#{notice.revision}"), safe="|#@:/"),
        }
        if self.secret:
            headers["X-Shipwake-Signature"] = signature(body, self.secret)
        try:
            # The key tells a repetition, so that trying again does no harm.
            self.client.request("POST", self.url, content=body, headers=headers, repeatable=True)
        except CallError as error:
            raise TellError(
                error.message, permanent=error.permanent, retry_after=error.retry_after
            ) from None
        return ref or Ref(notice.key)


def payload(notice: Notice) -> bytes:
    """The notice as JSON in UTF-8; docs/reference/tell.md describes each key."""
    return json_body(
        {
            "key": notice.key,
            "revision": notice.revision,
            "change": notice.change,
            "recipient": notice.recipient,
            "channel": notice.channel,
            "health": notice.health.value,
            "lines": list(notice.lines),
            "thread_line": notice.thread_line,
            "url": notice.url,
            "at": rfc3339(notice.at),
        }
    )


def connect(adapter: Adapter) -> Webhook:
    """The webhook at the adapter's address."""
    url, timeout = str(adapter.settings["url"]), adapter.settings.get("timeout", TIMEOUT)
    secret = next((s.reveal() for s in adapter.secrets), "")
    client = Client(url, secrets=secrets_of([secret, url]), timeout_s=timeout.total_seconds())
    return Webhook(client, url, secret)
