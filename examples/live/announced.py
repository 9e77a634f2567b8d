"""A deploy and its announcement, as a pipeline at GitHub makes them; refuses to announce what did not go live."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from shop.deliveries import GitHub

if TYPE_CHECKING:
    from live.running import Deploy, Shop
    from live.told import Api
    from shop.versions import Version


class Pipeline:
    """Commits, deploys and announces; each webhook is signed, and sent when it happens."""

    def __init__(self, shop: Shop, api: Api, seed: int) -> None:
        """Number deliveries from the seed on."""
        self._shop, self._api = shop, api
        self._github = GitHub(np.random.default_rng(seed))
        self._head = "0" * 40

    async def commit(self, service: str, version: Version, title: str, author: str) -> None:
        """Push one commit to main, and say so."""
        commits = [(version.revision, author, title)]
        await self._api.hear(self._github.push(now(), service, self._head, commits))
        self._head = version.revision

    async def deploy(self, service: str, version: Version, title: str) -> Deploy:
        """Deploy what was committed; announced as planned, in progress, and live."""
        github, revision = self._github, version.revision
        deployment, planned = github.deployment(now(), service, revision, title)
        begun = github.status(now(), now(), service, planned, "in_progress")
        await self._api.hear(deployment, begun)
        deploy = await self._shop.deploy(service, version, title)
        live = github.status(deploy.at, now(), service, planned, "success")
        await self._api.hear(live)
        return deploy


def now() -> datetime:
    """Tell the time, aware, in UTC."""
    return datetime.now(UTC)
