"""The three steps of a walk and what each must bring; refuses to go on when one did not bring it."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from live.slack import drawing
from live.told import StepError
from shop.deliveries import email

if TYPE_CHECKING:
    from collections.abc import Callable

    from live.announced import Pipeline
    from live.running import Deploy, Shop
    from live.slack import Message, SlackServer
    from live.told import Api, Said
    from shop.versions import Version

SERVICE, AUTHOR = "checkout", "Bob"
EARLY_LOOKS, LAST_LOOK_S = 8, 60.0
SLACK_S = 20.0  # beyond the last look: samples arrive, and the machine may be busy
RECOVERS_WITHIN_S = 150.0
MESSAGE_WITHIN_S = 15.0
HURTS = ("ailing", "unhealthy")
TRAITS = ("bulky_import", "busy_import", "slow_query", "failing")
UNITS = {"checkout memory": "MiB", "checkout errors": "%", "checkout latency": "ms"}
NUMBER = r"[\d,]*\.?\d+"


@dataclass(frozen=True, slots=True)
class Step:
    """What one step took: seconds by what they are from and to."""

    name: str
    said: str
    took: dict[str, float]


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it stood at one moment: how it reads, and what Slack's API tells of it."""

    drawing: str
    stated: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Redeployed:
    """A deploy of v1 over v1, its change, and all that was said of it."""

    version: Version
    deploy: Deploy
    change: str
    said: tuple[Said, ...]

    @property
    def cried(self) -> tuple[Said, ...]:
        """What was said and should not have been."""
        return tuple(one for one in self.said if one.health not in ("healthy", "unknown"))


@dataclass(slots=True)
class Walk:
    """What the steps share, and what one leaves to the next."""

    shop: Shop
    pipeline: Pipeline
    api: Api
    slack: SlackServer
    now: Callable[[str], None]
    received: list[Received] = field(default_factory=list)

    async def redeployed(self, title: str) -> Redeployed:
        """Deploy v1 over v1, and watch it until its early looks are over, whatever they say."""
        version = self.shop.version()
        deploy, change = await self._deployed(version, title, commit=True)
        self.now(f"v1 over v1 is live: watching its {EARLY_LOOKS} early looks")
        await self.api.until(
            change, last_look, LAST_LOOK_S + SLACK_S, f"the end of the early looks of {change}"
        )
        return Redeployed(version, deploy, change, tuple(self.api.said[change]))

    async def harmless(self) -> tuple[Step, Version]:
        """(a) v1 over v1: healthy at every early look, on every indicator."""
        made = await self.redeployed("Round prices half up")
        if made.cried or made.said[-1].health != "healthy":
            word = (made.cried or made.said[-1:])[0].health
            message = f"v1 over v1 was called {word}, and must stay healthy.\n{self.api.story(made.change)}"
            raise StepError(message)
        told = await self._told(made.change, "healthy")
        live, over = made.deploy.at.timestamp(), made.said[-1]
        took = {
            "live → first verdict": made.said[0].at - live,
            "live → first message": told.posted_at - live,
            "last look's sample → verdict": over.at - due(over),
        }
        return Step("(a) v1 over v1", over.verdict["sentence"], took), made.version

    async def harmful(self) -> tuple[Step, str]:
        """(b) v2: unhealthy, with memory, errors and latency each named from, to and unit; its author is told."""
        title = "Count products that are alike"
        deploy, change = await self._deployed(self.shop.version(*TRAITS), title, commit=True)
        self.now("v2 is live: waiting until it is found unhealthy, on three indicators")
        found = await self.api.until(
            change,
            lambda one: one.health == "unhealthy",
            LAST_LOOK_S + SLACK_S,
            f"{change} found unhealthy",
        )
        first = await self._told(change, "unhealthy")
        received = first.edited_at or first.posted_at
        left = deploy.at.timestamp() + LAST_LOOK_S + SLACK_S - time.time()
        every = await self.api.until(
            change,
            lambda one: not unnamed(one),
            max(left, 1.0),
            f"{', '.join(UNITS)} each named as {' or '.join(HURTS)}, with numbers from → to and unit",
        )
        live = deploy.at.timestamp()
        took = {
            "live → unhealthy": found.at - live,
            "live → message received": received - live,
            "sample that made it true → message": received - due(found),
            "live → all three named": every.at - live,
        }
        return Step("(b) v2", every.verdict["sentence"], took), change

    async def undone(self, version: Version, harmful: str) -> Step:
        """(c) v1 again: the verdict on v2 says recovered, and the same message is edited, with a line in its thread."""
        before = await self._told(harmful, "unhealthy")
        identity, edits = (before.channel, before.ts), before.edits
        deploy, _ = await self._deployed(version, f"Roll back to {version.short}", commit=False)
        self.now("v1 is live again: waiting until v2 is said to have recovered")
        found = await self.api.until(
            harmful,
            lambda one: one.verdict["reason"] == "recovered",
            RECOVERS_WITHIN_S,
            f"{harmful} said to have recovered",
        )
        after = await self._told(harmful, "healthy")
        if (after.channel, after.ts) != identity or after.edits <= edits:
            message = f"the message {identity} was not edited: {self.messages()}"
            raise StepError(message)
        if not any("back to normal" in line.text for line in after.replies):
            message = f"no line in the thread says that it is back to normal: {self.messages()}"
            raise StepError(message)
        live = deploy.at.timestamp()
        took = {
            "live → recovered": found.at - live,
            "live → message edited": after.edited_at - live,
            "sample that made it true → message": after.edited_at - due(found),
        }
        return Step("(c) v1 again", found.verdict["sentence"], took)

    def obeyed(self) -> None:
        """See that Slack's rules were kept, and that each person has one message a change."""
        if self.slack.broken_rules:
            message = f"Slack's rules were broken: {self.slack.broken_rules}"
            raise StepError(message)

    async def _deployed(self, version: Version, title: str, *, commit: bool) -> tuple[Deploy, str]:
        if commit:
            await self.pipeline.commit(SERVICE, version, title, AUTHOR)
        self.now(f"deploying {version.short} of {SERVICE}: {title}")
        deploy = await self.pipeline.deploy(SERVICE, version, title)
        return deploy, await self.api.change(deploy)

    async def _told(self, change: str, word: str) -> Message:
        """Give the direct message on a change once it says this word: there must never be a second one."""
        end = time.monotonic() + MESSAGE_WITHIN_S
        while time.monotonic() < end:
            found = self.about(change)
            if len(found) > 1:
                message = f"{len(found)} messages on {change}: {self.messages()}"
                raise StepError(message)
            if found and re.search(rf"\b{word}\b", found[0].text.split("\n")[0]):
                self.keep(found[0])
                return found[0]
            await asyncio.sleep(0.02)
        message = (
            f"not in {MESSAGE_WITHIN_S:g} s: a direct message to {email(AUTHOR)} that calls {change} {word}.\n"
            f"{self.messages()}\n{self.api.story(change)}"
        )
        raise StepError(message)

    def keep(self, message: Message) -> None:
        """Keep a message as it stands now, since it will be edited."""
        received = Received(drawing(message), message.stated(metadata=True))
        if received not in self.received:
            self.received.append(received)

    def about(self, change: str) -> list[Message]:
        """Give the messages on a change."""
        return [one for one in list(self.slack.messages.values()) if mentions(one, change)]

    def messages(self) -> str:
        """Tell all messages there are, one a line."""
        told = [f"  {m.channel} {m.ts}: {m.text!r}" for m in list(self.slack.messages.values())]
        return "\n".join(["messages:", *(told or ["  none"])])


def mentions(message: Message, change: str) -> bool:
    """Whether a message is on this change: its metadata has the key of the notice."""
    payload: dict[str, Any] = message.metadata.get("event_payload") or {}
    return any(str(value).split("|")[0] == change for value in payload.values())


def due(said: Said) -> float:
    """When the last sample that a verdict rests on was over (epoch seconds)."""
    return datetime.fromisoformat(said.verdict["at"]).timestamp()


def last_look(said: Said) -> bool:
    """Whether every indicator has had its last early look."""
    findings = said.verdict["findings"]
    return bool(findings) and all(one["look"] >= EARLY_LOOKS for one in findings)


def unnamed(said: Said) -> list[str]:
    """Name the indicators that v2 harms and that this verdict doesn't call hurt, with from, to and unit."""
    words = {f["sli"]: f["words"] for f in said.verdict["findings"] if f["health"] in HURTS}
    return [
        sli
        for sli, unit in UNITS.items()
        if not re.search(rf"{NUMBER}.* → {NUMBER}\s*{re.escape(unit)}", words.get(sli, ""))
    ]
