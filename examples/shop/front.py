"""The shop's face: product pages and orders, both through checkout; refuses to keep any data."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import Body, FastAPI
from fastapi.responses import HTMLResponse

from shop import calls
from shop.caches import Cache
from shop.stories import FOOTER_FLAG, PARTNER_FLAG
from shop.telemetry import ShopError
from shop.versions import FAILING_FROM

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from shop.place import Place

PAGES = 150
BLOCKS = 260


class Partner:
    """A partner who answers `a_second` questions at once and lets the rest wait."""

    def __init__(self, a_second: float = 3.0, pause_s: float = 0.09) -> None:
        """Start with a full allowance."""
        self._rate, self._pause_s = a_second, pause_s
        self._left, self._asked = a_second, time.monotonic()

    async def recommend(self) -> None:
        """Ask for recommendations; over the allowance the answer comes late."""
        now = time.monotonic()
        self._left = min(self._rate, self._left + (now - self._asked) * self._rate)
        self._asked = now
        if self._left >= 1:
            self._left -= 1
        else:
            await asyncio.sleep(self._pause_s)


def render(sku: int) -> str:
    """Write the long middle part of a product page, about 40 KB."""
    blocks = (
        f'<article id="{sku}-{n}"><h3>Goes with number {n * sku % 9973}</h3>'
        f"<p>{'Made by hand, and sent by bicycle. ' * 3}</p></article>"
        for n in range(BLOCKS)
    )
    return "\n".join(blocks)


class Front:
    """The handlers and what they share."""

    def __init__(self, place: Place) -> None:
        """Open the client to checkout; the pages are made by `warm`."""
        self.place = place
        self.checkout = calls.client(place.next_url)
        self.pages: Cache[int, str] = Cache(PAGES, render)
        self.partner = Partner()

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Call checkout; what it cannot do, the shop cannot do."""
        answer = await calls.call(self.checkout, method, path, body)
        if answer.is_server_error:
            message = f"checkout answered {answer.status_code} to {path}"
            raise ShopError(message)
        return answer

    async def before(self, user: int, reference: int) -> None:
        """Do what every request of this version does."""
        if self.place.version.has("failing") and reference >= FAILING_FROM:
            message = f"cannot read the reference {reference}"
            raise ShopError(message)
        if self.place.live.on(PARTNER_FLAG, user):
            await self.partner.recommend()

    async def product(self, sku: str, user: int = 0, reference: int = 0) -> HTMLResponse:
        """Answer `GET /product/{sku}`: a page with the stock of this minute."""
        if not sku.isdigit():
            message = f"a product has a number, not {sku!r}"
            raise ShopError(message)
        await self.before(user, reference)
        stock = await self.ask("GET", f"/stock/{sku}?reference={reference}")
        foot = "Sent with care" if self.place.live.on(FOOTER_FLAG, user) else "Sent by bicycle"
        page = self.pages[int(sku) % (2 * PAGES)]
        return HTMLResponse(
            f"<h1>{sku}: {stock.json()['pieces']} left</h1>{page[:4000]}<footer>{foot}"
        )

    async def order(self, order: Annotated[dict[str, int], Body()]) -> dict[str, int]:
        """Answer `POST /order`: hand the order to checkout."""
        await self.before(order["user"], order["reference"])
        answer = await self.ask("POST", "/orders", order)
        number: int = answer.json()["order"]
        return {"order": number}


def application(place: Place) -> FastAPI:
    """Build the service."""
    front = Front(place)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(front.pages.warm(range(PAGES)))
        yield
        warming.cancel()
        await front.checkout.aclose()

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.add_api_route("/product/{sku}", front.product, response_class=HTMLResponse)
    app.add_api_route("/order", front.order, methods=["POST"])
    return app
