"""A real server on loopback for the tests: the town's river behind uvicorn in a thread, and clients with each key."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

import httpx
from fastapi import FastAPI

from shipwake.config import Config, Limits
from shipwake.domain import Event, Facts, Person, Says
from shipwake.flow import River, announce
from shipwake.web import keys
from shipwake.web.access import Scope, fresh
from shipwake.web.door import COOKIE
from shipwake.web.serve import Server, server
from tests.flow.town import Town, settings, town

PATIENCE_S = 10
NO_LIMITS = Limits(key=0, address=0, hooks=0, failures=0)
"""Tests knock as often as they like, but those of the limits."""


@dataclass
class Site:
    """A running server over a town; `client` gives a client with a token of these scopes."""

    town: Town
    river: River
    url: str
    server: Server
    _clients: list[httpx.Client] = field(default_factory=list)

    @property
    def app(self) -> FastAPI:
        """The application that the server runs."""
        made = self.server.config.app
        assert isinstance(made, FastAPI)
        return made

    def client(self, *scopes: str, **headers: str) -> httpx.Client:
        """A client with a new token of these scopes, or with no key at all."""
        if scopes:
            secret = keys.new_token(self.river, f"test of {' '.join(scopes)}", scopes)
            headers["Authorization"] = f"Bearer {secret}"
        made = httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE_S)
        self._clients.append(made)
        return made

    def browser(self) -> httpx.Client:
        """A signed-in browser, without the proof that its forms carry."""
        made = self.client(Accept="text/html")
        link = keys.new_link(self.river).partition("link=")[2]
        signed = made.post("/sign-in", data={"link": link})
        assert signed.status_code == 303, signed.text
        return made

    def proof(self, browser: httpx.Client) -> str:
        """What a form on a page of this browser carries."""
        caller = keys.by_session(self.river, browser.cookies[COOKIE])
        assert caller is not None
        return fresh(caller)

    def deploys(
        self, who: Person, revision: str, *, service: str = "checkout", title: str = ""
    ) -> str:
        """Somebody deploys `revision` of a service now; returns the change's id."""
        now = self.town.clock.now()
        facts = Facts(
            service=service,
            environment="production",
            revision=revision,
            authors=(who,),
            title=title or f"{service} {revision}",
        )
        event = Event(
            source="test",
            key=f"{service}-{revision}",
            says=Says.LIVE,
            at=now,
            received=now,
            text="",
            facts=facts,
        )
        return announce(self.river, event).id

    def listeners(self) -> float:
        """How many streams are open, by the server's own count."""
        page = self.client("read").get("/metrics").text
        (line,) = [x for x in page.splitlines() if x.startswith("shipwake_stream_listeners ")]
        return float(line.split()[1])

    def close(self) -> None:
        """Close every client."""
        for client in self._clients:
            client.close()


@contextmanager
def site(
    place: Path,
    config: Config | None = None,
    *,
    auth: str = "tokens",
    limits: Limits = NO_LIMITS,
    tls: bool = False,
) -> Iterator[Site]:
    """A town with a server in front of it; with `tls` people are said to reach it over TLS, through a proxy."""
    bound = socket.create_server(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    shown = "https://shipwake.example.com" if tls else url
    made = replace(config or settings(), url=shown, port=port, auth=auth, limits=limits)
    with bound, town(place, made) as here:
        running = server(here.river)
        thread = Thread(target=running.run, kwargs={"sockets": [bound]})
        thread.start()
        until(lambda: running.started)
        opened = Site(town=here, river=here.river, url=url, server=running)
        try:
            yield opened
        finally:
            opened.close()
            running.should_exit = True
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def until(holds: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Wait until it holds, at most a few seconds."""
    end = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.01)


ALL = tuple(Scope)
