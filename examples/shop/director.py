"""Performs the script on the running shop and notes what happened; refuses to improvise."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np

from shop import database, live, outputs
from shop.deliveries import Delivery, GitHub, email, plain, precise, seconds
from shop.schedule import RAMP, SPIKE_FACTOR, SPIKE_S
from shop.versions import Version

if TYPE_CHECKING:
    from pathlib import Path

    from shop.processes import Processes
    from shop.schedule import Planned, Script

BOT_REQUESTS = 5


@dataclass(slots=True)
class Record:
    """What has happened so far, in the forms of changes.jsonl and truth.jsonl."""

    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    truths: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


class Director:
    """Makes the changes, each in its own task."""

    def __init__(
        self, script: Script, processes: Processes, folder: Path, work: Path, pace: float
    ) -> None:
        """Give each service its first version; `work` holds the databases and the live settings."""
        self.script, self._processes, self._pace = script, processes, pace
        self._folder, self._work = folder, work
        self._rng = np.random.default_rng([script.seed, 3])
        self._github = GitHub(self._rng)
        self.versions = {service: Version(self._sha()) for service in ("front", "checkout", "mail")}
        self._heads = {service: version.revision for service, version in self.versions.items()}
        self._settings = live.Settings()
        self._numbers: dict[str, int] = {}
        self.record = Record()

    def _sha(self) -> str:
        return hashlib.sha1(self._rng.bytes(20), usedforsecurity=False).hexdigest()

    async def open_shop(self) -> None:
        """Create the databases and start the services as they are before the first change."""
        database.create(self._work)
        self._set(live.Settings())
        for service in ("mail", "checkout", "front"):
            await self._processes.deploy(service, self.versions[service])

    def _set(self, settings: live.Settings) -> None:
        self._settings = settings
        live.write(self._work / "live.json", self._settings)

    async def perform(self, started: float) -> None:
        """Make every change at its time."""
        async with asyncio.TaskGroup() as group:
            for change in self.script.changes:
                group.create_task(self._perform(change, started))

    async def _perform(self, change: Planned, started: float) -> None:
        try:
            if change.story.kind == "deploy":
                await self._deploy(change, started)
            else:
                await self._other(change, started)
        except (RuntimeError, OSError, sqlite3.Error) as error:
            # One change that cannot be made must not end an hour of measuring: about.json names it.
            self.record.failed.append(f"{change.story.name} of {change.service}: {error!r}")
            print(f"failed: {self.record.failed[-1]}", flush=True)

    # Deploys: a push, then a deployment and its two statuses.

    async def _deploy(self, change: Planned, started: float) -> None:
        await until(started + change.at - float(self._rng.uniform(22, 38)) * min(1.0, self._pace))
        revision = self._push(change)
        await until(started + change.at)
        before = self.versions[change.service]
        traits = before.traits | ({change.story.trait} if change.story.trait else set())
        await self._go_live(change, Version(revision, traits), change.title, change.story.truth)
        if change.story.name == "bot":
            await self._bot()
        if change.undo_at is not None:
            await until(started + change.undo_at)
            traits_now = self.versions[change.service].traits - {change.story.trait}
            title = f"Roll back to {before.short}"
            await self._go_live(change, Version(before.revision, traits_now), title, "rollback")
            self._push_commits(change, [f'Revert "{change.title}"'])

    def _push(self, change: Planned) -> str:
        count = int(self._rng.integers(1, 4))
        messages = [change.title, "Cover it with a test", "Tidy up after review"][:count]
        return self._push_commits(change, messages)

    def _push_commits(self, change: Planned, messages: list[str]) -> str:
        commits = [(self._sha(), change.author, message) for message in reversed(messages)]
        self._hear(self._github.push(now(), change.service, self._heads[change.service], commits))
        self._heads[change.service] = commits[-1][0]
        return commits[-1][0]

    async def _go_live(self, change: Planned, version: Version, title: str, truth: str) -> None:
        service = change.service
        delivery, planned = self._github.deployment(now(), service, version.revision, title)
        begun = self._github.status(now(), now() + self._lag(), service, planned, "in_progress")
        at = await self._processes.deploy(service, version)
        self.versions[service] = version
        done = self._github.status(at, at + self._lag(), service, planned, "success")
        self._hear(delivery, begun, done)
        number = self._numbers[service] = self._numbers.get(service, 0) + 1
        row = {
            "id": f"{service}@{version.short}#{number}",
            "kind": "deploy",
            "service": service,
            "environment": "production",
            "at": seconds(at),
            "title": title,
            "revision": version.revision,
            "authors": [{"name": change.author, "email": email(change.author)}],
        }
        self._note(change, row, truth, at)

    def _lag(self) -> timedelta:
        return timedelta(seconds=float(self._rng.uniform(0.2, 1.4)))

    async def _bot(self) -> None:
        await asyncio.sleep(float(self._rng.uniform(4, 9)))
        url = self._processes.ports.url("front")
        async with httpx.AsyncClient() as client:
            for number in range(BOT_REQUESTS):
                with suppress(httpx.TransportError):
                    await client.get(f"{url}/product/wp-login{number}.php")
                await asyncio.sleep(0.3)

    # Everything else: our own form, written by whoever did it.

    async def _other(self, change: Planned, started: float) -> None:
        await until(started + change.at)
        row = self._announcement(change, change.title)
        undo = started + change.undo_at if change.undo_at is not None else None
        if change.story.kind == "flag":
            await self._flag(change, row, undo)
            return
        at = now()
        await self._act(change.story.name, undone=False)
        self._announce(change, row, at, change.story.truth)
        if change.story.name == "spike":
            await asyncio.sleep(SPIKE_S * self._pace)
            self._set(replace(self._settings, traffic=1.0))
        if undo is not None:
            await until(undo)
            at = now()
            await self._act(change.story.name, undone=True)
            self._announce(change, self._announcement(change, change.story.undo), at, "rollback")

    async def _act(self, story: str, *, undone: bool) -> None:
        catalogue = self._work / "catalogue.db"
        if story == "index":
            statement = database.INDEX if undone else database.DROP_INDEX
            await asyncio.to_thread(database.alter, catalogue, statement)
        elif story == "analyze":
            await asyncio.to_thread(database.alter, catalogue, "ANALYZE")
        elif story == "pool":
            far = replace(self._settings, pool_size=2, pool_hop_ms=9.0)
            near = replace(self._settings, pool_size=8, pool_hop_ms=0.0)
            self._set(near if undone else far)
        elif story == "larger_pool":
            self._set(replace(self._settings, pool_size=12))
        elif story == "spike":
            self._set(replace(self._settings, traffic=SPIKE_FACTOR))

    def _flip(self, flag: str, share: float) -> None:
        self._set(replace(self._settings, flags={**self._settings.flags, flag: share}))

    async def _flag(self, change: Planned, row: dict[str, Any], undo: float | None) -> None:
        steps = RAMP if change.story.name == "ramp" else ((0.0, 1.0),)
        first = time.time()
        for number, (after, share) in enumerate(steps):
            await until(first + after * self._pace)
            at = now()
            self._flip(change.title, share)
            row["exposure"] = [*row.get("exposure", []), {"at": seconds(at), "share": share}]
            self._announce(change, dict(row), at, change.story.truth, step=number)
        if undo is not None:
            await until(undo)
            at = now()
            self._flip(change.title, 0.0)
            off = {
                **self._announcement(change, change.story.undo),
                "exposure": [{"at": seconds(at), "share": 0.0}],
            }
            self._announce(change, off, at, "rollback")

    def _announcement(self, change: Planned, title: str) -> dict[str, Any]:
        number = self._numbers[change.story.kind] = self._numbers.get(change.story.kind, 0) + 1
        identity = f"{change.story.kind}-{number}"
        return {
            "id": identity,
            "kind": change.story.kind,
            "service": change.service,
            "environment": "production",
            "at": "",
            "title": title,
            "revision": None,
            "authors": [{"name": change.author, "email": email(change.author)}],
            "links": [f"https://example.com/changes/{identity}"],
        }

    def _announce(
        self, change: Planned, row: dict[str, Any], at: datetime, truth: str, step: int = 0
    ) -> None:
        row["at"] = row["exposure"][0]["at"] if row.get("exposure") else seconds(at)
        body = {key: value for key, value in row.items() if value is not None}
        self._hear(plain(at + self._lag(), body))
        self._note(change, body, truth, at, step)

    # What is written down.

    def _hear(self, *deliveries: Delivery) -> None:
        outputs.append(self._folder / "hooks.jsonl", deliveries)

    def _note(
        self, change: Planned, row: dict[str, Any], truth: str, at: datetime, step: int = 0
    ) -> None:
        links = {key: value for key, value in row.items() if key != "links"}
        self.record.changes[row["id"]] = links if change.judge else {**links, "judge": False}
        known = self.record.truths.get(row["id"])
        effect = at if known is None or step == 1 else datetime.fromisoformat(known["effect_at"])
        self.record.truths[row["id"]] = {
            "id": row["id"],
            "at": row["at"],
            "kind": row["kind"],
            "service": row["service"],
            "environment": "production",
            "revision": row.get("revision"),
            "truth": truth,
            "story": change.story.phrase
            if truth != "rollback"
            else f"taken back: {change.story.phrase}",
            "name": change.story.name,
            "slis": self._touched(change),
            "effect_at": precise(effect),
            "judge": change.judge,
        }
        outputs.rewrite(self._folder / "changes.jsonl", self.record.changes.values())
        outputs.rewrite(self._folder / "truth.jsonl", self.record.truths.values())
        print(f"{precise(at)} {row['id']:24} {truth:9} {row['title']}", flush=True)

    def _touched(self, change: Planned) -> list[str]:
        return sorted({name.format(service=change.service) for name in change.story.touches})


def now() -> datetime:
    """Tell the time, aware, in UTC."""
    return datetime.now(UTC)


async def until(moment: float) -> None:
    """Sleep until this time (seconds since 1970)."""
    await asyncio.sleep(max(0.0, moment - time.time()))
