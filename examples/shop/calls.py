"""Calls to the next service, again when a connection closes; refuses to retry an answer."""

from __future__ import annotations

import httpx

TRIES = 3


def client(base: str) -> httpx.AsyncClient:
    """Open a client with kept connections to one service."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
    return httpx.AsyncClient(base_url=base, limits=limits, timeout=10)


async def call(
    client: httpx.AsyncClient, method: str, path: str, body: object = None
) -> httpx.Response:
    """Send one request; a connection that a stopping process closed is replaced by a new one."""
    for attempt in range(TRIES):
        try:
            return await client.request(method, path, json=body)
        except httpx.TransportError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError
