"""A notice as a mail: its headers, its words as plain text and as HTML; refuses line breaks in any header."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from shipwake.domain import Notice, Ref

SUBJECT = 120
# What mail servers take unquoted, and what can end no header (RFC 5321, 4.1.2; RFC 6531 for other letters).
ATOM = r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]"
BARE = rf"({ATOM}{{1,64}})@({ATOM}{{1,253}})"
NAMED = re.compile(rf"\"?([^\"<>]*?)\"?\s*<{BARE}>")
LINK = re.compile(r"https?://\S+")
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body>
{body}
</body>
</html>
"""
"""Paragraphs in the reader's own letters and colours, light or dark."""


def letter(
    notice: Notice, *, sender: Address, recipient: Address, first: Ref | None, at: datetime
) -> EmailMessage:
    """The mail, sent `at`; `first` is the Message-ID that it answers, None where it is the first itself.

    Its own Message-ID is the same whenever the same revision of the same notice is written.
    """
    told = [line for line in map(one_line, notice.lines) if line] or ["shipwake"]
    lines = [one_line(notice.thread_line), *told] if first else told
    name = f"{sha256(notice.key.encode(errors='replace')).hexdigest()[:20]}.{notice.revision}"
    channel = re.sub(r"[^a-z0-9]+", "-", notice.channel.lower()).strip("-") or "channel"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = _subject(told[0])
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{name}@{sender.domain}>"
    if first:
        mail["In-Reply-To"] = first.value
        mail["References"] = first.value
    # No holiday notice answers (RFC 3834; the second header for Exchange), and a rule can sort by channel or word.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Id"] = f"<{channel}.shipwake.{sender.domain}>"
    mail["X-Shipwake-Health"] = notice.health.value
    mail.set_content("\n".join(lines) + "\n", cte="quoted-printable")
    mail.add_alternative(_html(lines, notice.url), subtype="html", cte="quoted-printable")
    return mail


def address(written: str) -> Address | None:
    """`name@example.com` or `Name <name@example.com>`, its domain in ASCII; None where it is neither."""
    # The standard library's reader takes the first of several addresses for the only one.
    found = NAMED.fullmatch(written) or re.fullmatch(f"(){BARE}", written)
    if found is None:
        return None
    name, user, domain = found.groups()
    try:
        domain = domain.encode("idna").decode()
        return Address(display_name=in_header(name), username=user, domain=domain)
    except (UnicodeError, ValueError):
        return None


def one_line(words: str) -> str:
    """Words without line breaks and control characters, so that none of them can end a header."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", words).split())


def in_header(words: str) -> str:
    """One line without encoded words (RFC 2047), which could bring a line break and a header of their own."""
    return one_line(words).replace("=?", "= ?")


def _subject(line: str) -> str:
    """A line without addresses, cut between words."""
    plain = in_header(LINK.sub("", line)) or "shipwake"
    cut = plain[: SUBJECT - 1].rpartition(" ")[0] or plain[: SUBJECT - 1]
    return plain if len(plain) <= SUBJECT else f"{cut}…"


def _html(lines: Sequence[str], url: str) -> str:
    """A paragraph a line, the first one strong; our own address is a link, and none that somebody wrote."""
    ours = escape(url) if LINK.fullmatch(url) else ""
    made = f'<a href="{ours}">{ours}</a>'
    said = [escape(one).replace(ours, made) if ours else escape(one) for one in lines]
    body = "\n".join(f"<p>{one}</p>" for one in [f"<strong>{said[0]}</strong>", *said[1:]])
    return PAGE.format(title=escape(_subject(lines[0])), body=body)
