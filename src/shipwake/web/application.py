"""Put the web together: door and envelope around hooks, API, gate, stream and pages; no route is open by mistake."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from shipwake import __version__
from shipwake.domain import ShipwakeError
from shipwake.flow import River
from shipwake.web import api, documents, hooks, operations, pages, sign_in, sleuth
from shipwake.web.access import insist
from shipwake.web.crowd import Crowd, Threshold
from shipwake.web.door import Door
from shipwake.web.envelope import Envelope
from shipwake.web.feed import Feed
from shipwake.web.metrics import Meters
from shipwake.web.oidc import Provider
from shipwake.web.problem import from_http, from_shipwake, from_validation

STATIC = Path(__file__).with_name("static")


def make(river: River) -> FastAPI:
    """The whole server for one river; it starts nothing that must be stopped but the streams' poller."""
    meters, crowd = Meters(), Crowd()
    app = FastAPI(
        title="shipwake",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(
                Envelope,
                meters=meters,
                lines=river.config.access_log,
                https=river.config.url.startswith("https:"),
            ),
            Middleware(Threshold, crowd=crowd),
            Middleware(GZipMiddleware, compresslevel=6),
            Middleware(sleuth.Front, river=river),
            Middleware(Door, river=river),
        ],
        exception_handlers={
            ShipwakeError: from_shipwake,
            HTTPException: from_http,
            RequestValidationError: from_validation,
        },
    )
    app.state.river = river
    app.state.meters = meters
    app.state.crowd = crowd
    app.state.feed = Feed(river, meters)
    asked = river.config.sign_in
    app.state.provider = Provider(asked, river.config.url) if asked else None
    for router in (
        operations.router,
        documents.router,
        hooks.router,
        sign_in.router,
        *api.routers,
        *sleuth.routers,
        pages.router(river),
    ):
        app.include_router(router)
    insist(app.routes)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
