"""Order mails, scored by a spam filter, in a mailbox; refuses a receiver without an address."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Body, FastAPI

from shop.caches import Cache
from shop.database import Pool, ask
from shop.telemetry import ShopError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shop.place import Place

TEMPLATES = 130
TONES = 3  # a mail is written in one of three tones; the loud version changes one of them
NOBODY = 4_997  # this customer left no address
SPAM_FROM = 5
SIGNS = (
    (re.compile(r"[A-Z]{6,}"), 3),
    (re.compile(r"!{2,}"), 2),
    (re.compile(r"\bfree\b", re.IGNORECASE), 1),
    (re.compile(r"\bcustomer\d*13\b"), 5),  # one honest receiver in a hundred looks like a robot
)


def template(key: int) -> list[str]:
    """Lay out one mail's lines, about 40 KB of text."""
    return [
        f"Dear customer, line {line} of letter {key}: thank you for your order"
        for line in range(300)
    ]


def subject(title: str, number: int, *, loud: bool) -> str:
    """Write the subject line; the loud version shouts in one of the three tones."""
    if loud and number % TONES == 0:
        return f"THANKS A LOT!!! Your {title} and a free surprise"
    return ("Your order", "Thank you for your order", "We packed it")[number % TONES] + f": {title}"


def score(text: str) -> int:
    """Add up the spam filter's points."""
    return sum(points for sign, points in SIGNS if sign.search(text))


class Mail:
    """The handler and what it shares."""

    def __init__(self, place: Place) -> None:
        """Open the mailbox and the counters."""
        self.place = place
        self.mailbox = Pool(place.folder / "mailbox.db", place.live)
        self.templates: Cache[int, list[str]] = Cache(TEMPLATES, template)
        meter = place.telemetry.meter
        self.sent = meter.create_counter("shop.mails.sent")
        self.delivered = meter.create_counter("shop.mails.delivered")
        self.spam = meter.create_counter("shop.mails.spam")
        for counter in (self.sent, self.delivered, self.spam):
            counter.add(0)

    async def send(self, letter: Annotated[dict[str, Any], Body()]) -> dict[str, str]:
        """Answer `POST /send`: write the mail and lay it where the filter says."""
        user, number = int(letter["user"]), int(letter["order"])
        if user == NOBODY:
            message = "this customer left no address"
            raise ShopError(message)
        line = subject(letter["title"], number, loud=self.place.version.has("loud_mail"))
        body = "\n".join(self.templates[number % TEMPLATES])
        receiver = f"customer{user * 7919 % 99991}"
        folder = "spam" if score(f"{line}\n{receiver}\n{body[:6000]}") >= SPAM_FROM else "inbox"
        keep = ask(
            "INSERT INTO mails (receiver, subject, folder) VALUES (?, ?, ?)", receiver, line, folder
        )
        await self.mailbox.run(keep)
        self.sent.add(1)
        (self.spam if folder == "spam" else self.delivered).add(1)
        return {"folder": folder}


def application(place: Place) -> FastAPI:
    """Build the service."""
    mail = Mail(place)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(mail.templates.warm(range(TEMPLATES)))
        yield
        warming.cancel()

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.add_api_route("/send", mail.send, methods=["POST"])
    return app
