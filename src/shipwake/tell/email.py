"""Notices as e-mail: one mail to each author, a later one in its thread where it got worse or recovered.

A mail cannot be edited, so that nothing is sent where only the words changed. It cannot be searched for either: at
least once, with a Message-ID that is the same when a mail comes twice. No password goes elsewhere in the clear.
"""

import smtplib
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.headerregistry import Address
from enum import StrEnum
from ipaddress import ip_address

from shipwake.config import Adapter, Field, Mistake, Setting, read
from shipwake.domain import Notice, Ref
from shipwake.tell import TellError
from shipwake.tell.letter import address, letter, one_line
from shipwake.wire.clock import SystemClock
from shipwake.wire.hiding import hide, spellings


class Tls(StrEnum):
    """How the connection is encrypted: after a plain greeting, from the start, or not at all."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


PORTS = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}
TIMEOUT = timedelta(seconds=10)
EXCERPT = 200
NOBODY = (
    "nobody to write to, for no author of this change is known; let its sender name authors with their e-mail, "
    "or set `owners` of the service, or `to` of this channel"
)
NO_ADDRESS = "let the sender name its authors by e-mail, or set `to` of this channel"
LACKS = {
    "STARTTLS": "set `tls` to what it speaks, implicit or none",
    "AUTH": "leave `username` out, or encrypt with `tls`",
    "SMTPUTF8": "use an address in ASCII, or another server",
}


def _address(field: Field) -> Address:
    """`name@example.com`, or `Name <name@example.com>`."""
    found = address(read.expanded(field))
    if found is None:
        raise field.wrong("an e-mail address, such as ship@example.com or Ship <ship@example.com>")
    return found


def _keeps_the_password(entries: Mapping[str, Field]) -> Iterable[Mistake]:
    """A password goes to another machine only where the connection is encrypted."""
    tls, host = entries.get("tls"), entries.get("host")
    if tls and host and "password" in entries and tls.value == Tls.NONE and not _is_here(host):
        yield tls.mistake("starttls or implicit, for a password is not sent in the clear")


def _is_here(host: Field) -> bool:
    try:
        return host.value == "localhost" or ip_address(str(host.value)).is_loopback
    except ValueError:
        return False


SETTINGS = (
    Setting("host", read.expanded, "The mail server that takes mail from here.", required=True),
    Setting(
        "port",
        read.whole(1, 65_535),
        "Its port; where absent 587, with `tls: implicit` 465, with `tls: none` 25.",
    ),
    Setting(
        "tls",
        read.choice(Tls),
        "`starttls` encrypts after the greeting, and goes no further without; `implicit` from the start; "
        "`none` never. `starttls` where absent.",
    ),
    Setting("username", read.expanded, "Who signs in there; nobody where absent."),
    Setting("password", read.secret, "With which password."),
    Setting("from", _address, "Whom the mails are from; bounces go there.", required=True),
    Setting(
        "to",
        _address,
        "One address, such as a list's, that gets a mail on each change; where absent, its authors do.",
    ),
    Setting(
        "timeout",
        read.duration(timedelta(milliseconds=100), timedelta(minutes=1)),
        "How long to wait for each answer of the server; 10s where absent.",
    ),
)
CHECKS = (_keeps_the_password,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One mail server, asked anew for each mail; `to` is None where each recipient gets one."""

    host: str
    port: int
    tls: Tls
    sender: Address
    to: Address | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = TIMEOUT.total_seconds()

    @property
    def everybody(self) -> bool:
        """Whether all mails go to one address."""
        return self.to is not None

    def find(self, key: str) -> Ref | None:
        """None: what was sent lies in the mailboxes of others."""
        return None

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        """Send the first mail, or one in its thread; an edit that rings no bell is no mail. Raises TellError.

        The ref is the first mail's Message-ID.
        """
        if ref is not None and not notice.thread_line:
            return ref
        recipient = self.to or _addressed(notice.recipient)
        now = SystemClock().now()
        mail = letter(notice, sender=self.sender, recipient=recipient, first=ref, at=now)
        with self._failures(), self._connected() as server:
            server.send_message(mail, self.sender.addr_spec, [recipient.addr_spec])
        return ref or Ref(mail["Message-ID"])

    def ask(self) -> None:
        """Whether the server lets us in; no mail is begun. Raises TellError."""
        with self._failures(), self._connected() as server:
            server.noop()

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """The server, encrypted and signed in to."""
        # Greeted in the name of the sender's domain: that of this machine may take seconds to be found.
        name, timeout = self.sender.domain, self.timeout_s
        if self.tls is Tls.IMPLICIT:
            trusted = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, name, timeout=timeout, context=trusted
            )
        else:
            server = smtplib.SMTP(self.host, self.port, name, timeout=timeout)
        try:
            if self.tls is Tls.STARTTLS:
                server.starttls(context=ssl.create_default_context())
            if self.username:
                server.login(self.username, self.password)
            yield server
            # The mail was taken: whatever happens to the farewell must not send it again.
            with suppress(OSError):
                server.quit()
        finally:
            server.close()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Every failure as a TellError that says what to do."""
        place = f"the mail server {self.host}:{self.port}"
        try:
            yield
        except smtplib.SMTPRecipientsRefused as error:
            ((who, (code, said)),) = error.recipients.items()
            raise self._refused(f"{place} takes no mail for {who}", code, said) from None
        except smtplib.SMTPAuthenticationError as error:
            what = f"{place} refuses the sign-in; correct `username` and `password`"
            raise self._refused(what, error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPResponseException as error:
            what = f"{place} refuses"
            raise self._refused(what, error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError as error:
            does = next((word for word in LACKS if word in str(error)), "SMTPUTF8")
            raise TellError(f"{place} has no {does}; {LACKS[does]}", permanent=True) from None
        except UnicodeEncodeError:
            what = "takes no `username` or `password` beyond ASCII; choose another"
            raise TellError(f"{place} {what}", permanent=True) from None
        except ssl.SSLEOFError:
            raise TellError(f"{place} closed the connection", permanent=False) from None
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or error.reason or "it cannot be encrypted"
            what = f"{place}: {why}; correct `host`, `port` or `tls`, or its certificate"
            raise TellError(what, permanent=True) from None
        except OSError as error:
            if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
                what = f"{place}: no answer in {self.timeout_s:g} s"
            else:
                what = f"{place}: {self._hidden(error.strerror or error)}"
            raise TellError(what, permanent=False) from None

    def _refused(self, what: str, code: int, said: bytes | str) -> TellError:
        """4yz passes, 5yz lasts (RFC 5321, 4.2.1)."""
        words = said.decode(errors="replace") if isinstance(said, bytes) else said
        passes = 400 <= code < 500 or code < 0  # noqa: PLR2004 - as the RFC has it; -1 is no code
        return TellError(f"{what} ({code} {self._hidden(words)})", permanent=not passes)

    def _hidden(self, words: object) -> str:
        said = one_line(str(words)) or type(words).__name__
        return hide(said, spellings([self.password]))[:EXCERPT]


def _addressed(recipient: str) -> Address:
    if not recipient:
        raise TellError(NOBODY, permanent=True)
    found = address(recipient)
    if found is None:
        shown = one_line(recipient)[:EXCERPT]
        raise TellError(f"{shown!r} is no e-mail address; {NO_ADDRESS}", permanent=True)
    return Address(username=found.username, domain=found.domain)


def connect(adapter: Adapter) -> Email:
    """The mail server of the adapter's settings."""
    given = adapter.settings
    tls, password = given.get("tls", Tls.STARTTLS), given.get("password")
    return Email(
        host=given["host"],
        port=given.get("port", PORTS[tls]),
        tls=tls,
        sender=given["from"],
        to=given.get("to"),
        username=given.get("username", ""),
        password=password.reveal() if password else "",
        timeout_s=given.get("timeout", TIMEOUT).total_seconds(),
    )
