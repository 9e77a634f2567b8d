"""Hands the river that the server was made with to the routes that ask for it."""

from typing import Annotated

from fastapi import Depends, Request

from shipwake.flow import River
from shipwake.web.metrics import Meters


async def _river(request: Request) -> River:
    river = request.app.state.river
    if not isinstance(river, River):
        raise TypeError("the app was not made by shipwake.web.make")
    return river


async def _meters(request: Request) -> Meters:
    meters = request.app.state.meters
    if not isinstance(meters, Meters):
        raise TypeError("the app was not made by shipwake.web.make")
    return meters


Here = Annotated[River, Depends(_river)]
"""For a route's parameter: the river of this server."""
Counters = Annotated[Meters, Depends(_meters)]
"""For a route's parameter: the counters of this process."""
