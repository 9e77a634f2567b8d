"""A real mail server on loopback that takes or refuses as a test tells it to, and remembers the mails."""

import asyncio
import email
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTPUTF8
from ssl import SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.wire.server import HANGS_S, Asked

# What the other side says to itself is no business of ours.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


@dataclass(slots=True)
class MailServer:
    """Says at each step what the answer states for it, else what a willing server says.

    `asked` holds each mail as its envelope, its headers and its plain text; `mails` holds them whole.
    """

    answer: Mapping[str, Any]
    password: str = ""
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"

    async def _say(self, step: str, willing: str) -> str:
        said = self.answer.get(step, willing)
        if said == "hang":
            await asyncio.sleep(HANGS_S)
        return str(said)

    async def handle_EHLO(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        session.host_name = name
        await self._say("greeting", "")
        return lines

    async def handle_MAIL(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return await self._say("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(to)
        return await self._say("rcpt", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = await self._say("data", "250 OK")
        if said == "drop":
            assert server.transport is not None
            server.transport.close()
        raw = envelope.original_content
        assert isinstance(raw, bytes)
        mail = email.message_from_bytes(raw, policy=SMTPUTF8)
        plain = mail.get_body(("plain",))
        assert isinstance(plain, EmailMessage)
        self.asked.append(
            Asked(
                method="MAIL",
                path=f"{envelope.mail_from} -> {', '.join(envelope.rcpt_tos)}",
                headers={name.lower(): str(value) for name, value in mail.items()},
                body=plain.get_content().encode(),
            )
        )
        self.mails.append(raw)
        return said

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return await self._say("quit", "221 Bye")

    def sign_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        fits = data.password.decode() == self.password
        refusal = self.answer.get("auth", "" if fits else "535 5.7.8 wrong password")
        return AuthResult(success=not refusal, handled=False, message=refusal or None)


class _Controller(Controller):
    """Knows the port that it was given, before it knocks there to see whether it runs."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def taking_mail(
    answer: Mapping[str, Any], password: str = "", tls: SSLContext | None = None
) -> Iterator[MailServer]:
    """The server, while the block runs.

    The keys of an answer are steps (`greeting`, `auth`, `mail`, `rcpt`, `data`, `quit`), its values what is said then;
    `hang` says nothing for long, `drop` (at `data`) closes the connection.
    """
    desk = MailServer(answer, password)
    controller = _Controller(
        desk,
        hostname="127.0.0.1",
        port=0,
        server_hostname="mail.example",
        authenticator=desk.sign_in,
        auth_require_tls=False,
        enable_SMTPUTF8=not answer.get("ascii"),
        tls_context=tls,
    )
    controller.start()
    try:
        desk.port = controller.port
        yield desk
    finally:
        controller.stop()
