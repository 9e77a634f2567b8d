"""What a mail looks like, whom it reaches, and what it never holds."""

import email
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.config import Config, MistakesError, parse
from shipwake.domain import Health, Notice, Ref
from shipwake.tell import Teller, TellError, connect
from shipwake.tell.letter import address, letter
from tests.tell.notices import BACK, BAD
from tests.wire.mail import MailServer, taking_mail

BETTER = replace(BAD, revision=5, health=Health.HEALTHY, thread_line=BACK)
SENDER = "Shipwake <ship@example.com>"


def _read(settings: str) -> Config:
    text = f"tell: [{{kind: email, from: '{SENDER}', timeout: 2s, {settings}}}]"
    return parse(text, name="shipwake.yaml", environ={"PASSWORD": "correct-horse"})


@contextmanager
def _mail(settings: str = "", **answer: object) -> Iterator[tuple[Teller, MailServer]]:
    with taking_mail(answer) as server:
        (adapter,) = _read(f"host: 127.0.0.1, port: {server.port}, tls: none, {settings}").tell
        yield connect(adapter), server


def _parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=SMTPUTF8)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def _sent(notice: Notice, recipient: str = "alice@example.com") -> bytes:
    to, sender = address(recipient), address(SENDER)
    assert to is not None
    assert sender is not None
    return letter(notice, sender=sender, recipient=to, first=None, at=notice.at).as_bytes()


def test_an_edit_that_rings_no_bell_is_no_mail() -> None:
    """A later revision without a line for the thread sends nothing and keeps the place."""
    with _mail() as (teller, server):
        first = teller.put(BAD, None)
        assert teller.put(replace(BAD, revision=4), first) == first

    assert len(server.asked) == 1


def test_a_recovery_answers_the_first_mail() -> None:
    """What got better or worse comes in the first mail's thread, its own line first and the news below."""
    with _mail() as (teller, server):
        first = teller.put(BAD, None)
        teller.put(replace(BAD, revision=4, thread_line="11:08 now worse."), first)
        teller.put(BETTER, first)

    before, _, after = server.asked
    assert before.headers["message-id"] == first.value
    assert (after.headers["in-reply-to"], after.headers["references"]) == (first.value, first.value)
    assert len({mail.headers["message-id"] for mail in server.asked}) == 3
    assert after.body.decode().splitlines()[:2] == [BACK, BAD.lines[0]]


def test_a_mail_that_comes_twice_has_the_same_id() -> None:
    """The same revision sent again has the same Message-ID, so that mail programs can fold the two."""
    with _mail() as (teller, server):
        assert teller.put(BAD, None) == teller.put(BAD, None)

    first, second = (mail.headers["message-id"] for mail in server.asked)
    assert first == second


def test_a_list_gets_one_mail_for_all() -> None:
    """With `to` the channel is one place that all read, whoever the change's authors are."""
    with _mail("to: shop-changes@lists.example.com") as (teller, server):
        teller.put(replace(BAD, recipient=""), None)

    assert getattr(teller, "everybody", False) is True
    assert server.asked[0].headers["to"] == "shop-changes@lists.example.com"


def test_both_forms_say_the_same() -> None:
    """The HTML form has the lines of the plain one, its address as a link, and no colours of its own."""
    mail = _parsed(_sent(BAD))
    plain, html = _part(mail, "plain"), _part(mail, "html")

    assert plain.splitlines() == list(BAD.lines)
    assert f'See why: <a href="{BAD.url}">{BAD.url}</a>' in html
    assert '<html lang="en">' in html
    assert 'content="light dark"' in html
    assert "style" not in html


def test_words_of_others_are_no_markup() -> None:
    """A title that looks like HTML is shown as it is written."""
    mail = _parsed(
        _sent(replace(BAD, lines=("🔴 <img src=x onerror=alert(1)> & co is unhealthy.",)))
    )

    assert "<img" not in _part(mail, "html")
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; co" in _part(mail, "html")


def test_the_subject_is_short_and_has_no_address() -> None:
    """A long first line is cut between words, and an address in it is left out."""
    line = f"🔴 shop #412 is unhealthy: {BAD.url} {'checkout errors ' * 20}"
    subject = str(_parsed(_sent(replace(BAD, lines=(line,))))["subject"])

    assert subject.startswith("🔴 shop #412 is unhealthy: checkout errors ")
    assert subject.endswith(" checkout…")
    assert len(subject) <= 120


@given(
    words=st.text(st.characters(codec="utf-8"), max_size=300),
    name=st.text(st.characters(codec="utf-8"), max_size=30),
)
def test_no_words_end_a_header(words: str, name: str) -> None:
    """Whatever a change, a channel or a line is called, the mail has the headers that it should and no other."""
    said = replace(BAD, change=words, channel=name, lines=(words, name), thread_line=words)
    heads = [line for line in _sent(said).split(b"\r\n\r\n")[0].split(b"\r\n") if line[:1] != b" "]

    assert sorted(line.partition(b":")[0].decode() for line in heads) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "List-Id",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
        "X-Shipwake-Health",
    ]


def test_an_id_survives_a_long_domain() -> None:
    """A Message-ID of a long domain is written as it is, and answered as it is."""
    sender = address(f"ship@{'sub.' * 9}example.com")
    assert sender is not None
    first = letter(BAD, sender=sender, recipient=sender, first=None, at=BAD.at)
    ref = Ref(first["Message-ID"])
    reply = letter(BETTER, sender=sender, recipient=sender, first=ref, at=BAD.at)
    raw = [email.message_from_bytes(mail.as_bytes(policy=SMTP)) for mail in (first, reply)]

    assert [raw[0]["Message-ID"].strip(), raw[1]["References"].strip()] == [ref.value] * 2


@pytest.mark.parametrize(
    ("recipient", "says"),
    [
        ("", "no author of this change is known"),
        ("alice", "'alice' is no e-mail address"),
        ("alice@example.com\nBcc: bob@example.com", "is no e-mail address"),
        ("alice@example.com, bob@example.com", "is no e-mail address"),
        ("@example.com", "is no e-mail address"),
    ],
)
def test_who_cannot_be_written_to_is_said(recipient: str, says: str) -> None:
    """Nobody, a login, and more than one address are refused for good, with what to do."""
    with _mail() as (teller, server), pytest.raises(TellError, match=says) as caught:
        teller.put(replace(BAD, recipient=recipient), None)

    assert caught.value.permanent
    assert "set `" in caught.value.message
    assert server.asked == []


def test_other_letters_reach_their_owners() -> None:
    """An address beyond ASCII is written to as it is, its domain as DNS has it."""
    with _mail() as (teller, server):
        teller.put(replace(BAD, recipient="zoë@bücher.example"), None)

    assert server.asked[0].path == "ship@example.com -> zoë@xn--bcher-kva.example"


def test_a_server_without_other_letters_says_so() -> None:
    """Where the server takes only ASCII, the error says what to do."""
    with _mail(ascii="yes") as (teller, _), pytest.raises(TellError, match="in ASCII") as caught:
        teller.put(replace(BAD, recipient="zoë@example.com"), None)

    assert caught.value.permanent


def test_a_port_where_nobody_listens_is_tried_again() -> None:
    """A refused connection passes."""
    with _mail() as (teller, _):
        pass
    with pytest.raises(TellError, match="refused") as caught:
        teller.put(BAD, None)

    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("host: mail.example, tls: none, password: '${PASSWORD}'", "not sent in the clear"),
        ("host: mail.example, password: hunter2", "a secret written out"),
        ("host: mail.example, to: everybody", "an e-mail address"),
        ("host: mail.example, tls: ssl", "starttls, implicit, none"),
        ("port: 25", "tell\\[0\\].host"),
    ],
)
def test_a_mistake_in_the_settings_is_said(settings: str, says: str) -> None:
    """What cannot work, or would show the password, is refused before anything starts."""
    with pytest.raises(MistakesError, match=says):
        _read(settings)


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes its certificate with openssl")
def test_a_password_goes_through_encryption(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a certificate that is trusted the mail is sent encrypted; with another, nothing is."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    )
    named = f"-addext subjectAltName=DNS:localhost -keyout {key.name} -out {certificate.name}"
    command = ["openssl", *made.split(), *named.split()]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with taking_mail({}, "correct-horse", tls=context) as server:
        where = f"port: {server.port}, username: ship, password: '${{PASSWORD}}'"
        (adapter,) = _read(f"host: localhost, {where}").tell
        teller = connect(adapter)
        with pytest.raises(TellError, match="self-signed certificate") as caught:
            teller.put(BAD, None)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        teller.put(BAD, None)

    assert caught.value.permanent
    assert len(server.asked) == 1


def test_an_encoded_word_in_a_title_is_no_header() -> None:
    """A title that a mail program would decode into a line break and a header of its own stays a subject."""
    words = "=?utf-8?q?x=0ABcc:_victim=40evil.example?= is unhealthy"
    sender = Address(username="ship", domain="example.com")
    made = letter(
        replace(BAD, lines=(words,)), sender=sender, recipient=sender, first=None, at=BAD.at
    )

    assert b"\nBcc" not in made.as_bytes()
    assert "Bcc" in str(made["Subject"])
