"""Stock and orders in SQLite, each order followed by a mail; refuses an order of nothing."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Body, FastAPI

from shop import calls
from shop.caches import Cache
from shop.database import PRODUCTS, Pool, ask
from shop.telemetry import ShopError
from shop.versions import FAILING_FROM

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shop.place import Place

LABELS = 120
RECENT = 7_000
STOCK = (
    "SELECT p.title, p.price, SUM(s.pieces) FROM products p JOIN stock s USING (sku) "
    "WHERE s.sku = ?"
)
TOGETHER = (
    "SELECT sku, COUNT(*) AS n FROM orders "
    "WHERE id > (SELECT MAX(id) FROM orders) - ? AND sku <> ? GROUP BY sku ORDER BY n DESC LIMIT 5"
)
ALIKE = "SELECT COUNT(*) FROM products WHERE lower(title) LIKE '%' || ? || '%by hand' AND price > ?"


def label(key: int) -> list[str]:
    """Print the address label of one warehouse shelf, about 40 KB of text."""
    return [
        f"shelf {key}, row {row}: handle with care, this side up, do not stack"
        for row in range(320)
    ]


class Checkout:
    """The handlers and what they share."""

    def __init__(self, place: Place) -> None:
        """Open the pools and the client to mail."""
        self.place = place
        self.catalogue = Pool(place.folder / "catalogue.db", place.live)
        self.orders = Pool(place.folder / "orders.db", place.live)
        self.mail = calls.client(place.next_url)
        self.labels: Cache[int, list[str]] = Cache(LABELS, label)
        self.together: dict[int, list[tuple[int, int]]] = {}
        place.telemetry.gauge(
            "shop.pool.in_use", lambda: self.catalogue.in_use + self.orders.in_use
        )

    def before(self, reference: int) -> None:
        """Do what every request of this version does."""
        if self.place.version.has("failing") and reference >= FAILING_FROM:
            message = f"cannot read the reference {reference}"
            raise ShopError(message)

    async def bought_together(self, sku: int) -> list[tuple[int, int]]:
        """Find what others bought with it: the dearest query, kept by the improved version."""
        shelf = sku % 40
        if self.place.version.has("pair_cache") and shelf in self.together:
            return self.together[shelf]
        found = await self.orders.run(ask(TOGETHER, RECENT, sku))
        self.together[shelf] = found
        return found

    async def stock(self, sku: int, reference: int = 0) -> dict[str, Any]:
        """Answer `GET /stock/{sku}`: pieces on all shelves, and what goes with it."""
        self.before(reference)
        [(title, price, pieces)] = await self.catalogue.run(ask(STOCK, sku % PRODUCTS))
        if self.place.version.has("slow_query"):
            await self.catalogue.run(ask(ALIKE, str(title)[:3], price))
        together = await self.bought_together(sku)
        shelf = self.labels[sku % LABELS][0]
        return {"title": title, "pieces": pieces, "shelf": shelf, "together": together}

    async def order(self, order: Annotated[dict[str, int], Body()]) -> dict[str, int]:
        """Answer `POST /orders`: check the stock, keep the order, send a mail."""
        self.before(order["reference"])
        if order["pieces"] < 1:
            message = "an order holds at least one piece"
            raise ShopError(message)
        seen = await self.stock(order["sku"], order["reference"])
        write = ask(
            "INSERT INTO orders (user, sku, pieces) VALUES (?, ?, ?) RETURNING id",
            order["user"],
            order["sku"],
            order["pieces"],
        )
        [(number,)] = await self.orders.run(write)
        letter = {"order": number, "user": order["user"], "title": seen["title"]}
        await calls.call(self.mail, "POST", "/send", letter)
        return {"order": number}


def application(place: Place) -> FastAPI:
    """Build the service."""
    checkout = Checkout(place)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(checkout.labels.warm(range(LABELS)))
        yield
        warming.cancel()
        await checkout.mail.aclose()

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.add_api_route("/stock/{sku}", checkout.stock)
    app.add_api_route("/orders", checkout.order, methods=["POST"])
    return app
