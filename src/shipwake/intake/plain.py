"""Our own form: one change, or a list of them, as JSON; everything is checked, and every mistake is told at once."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shipwake.config import Adapter, Field, Mistake, from_json, gathering
from shipwake.domain import Event, Exposure, Facts, Heard, Says, believable
from shipwake.intake import UnreadableError
from shipwake.intake.fields import (
    CHANGE,
    SECRETS,
    State,
    json_of,
    require_signature,
    secrets_of,
    source_of,
)

SETTINGS = SECRETS
SIGNATURE = "X-Shipwake-Signature"
SAYS = {State.PLANNED: Says.STARTED, State.LIVE: Says.LIVE, State.FAILED: Says.FAILED}
MOST_TOLD = 20
"""Mistakes of a batch that are told at once."""


def facts_of(stated: object, received: datetime | None, *, path: str = "") -> Event:
    """The event that one change in our form is; raises BadInputError with every mistake, each by its path.

    Without `received` (a replay) it counts as received when it happened, and needs a time.
    """
    form = from_json(stated, path)
    values = CHANGE(form)
    state = values.pop("state", State.LIVE)
    steps: tuple[Exposure, ...] = tuple(sorted(values.get("exposure", ())))
    at = values.pop("at", None) or (steps[0].at if steps else received)
    if at is None:
        raise Field(None, f"{path}.at".lstrip("."), form.document).wrong(
            "a time, RFC 3339 with an offset"
        )
    _check_times(form, at, steps, values, received)
    if state is not State.LIVE and steps:
        raise form.entries()["exposure"].wrong(f"no exposure while the state is {state.value}")
    facts = Facts(**{**values, "exposure": steps})
    return Event(
        source="plain",
        key=_key(stated, received if "at" not in form.entries() and not facts.id else None),
        says=SAYS[state],
        at=at,
        received=received or at,
        text=_words(facts, state),
        facts=facts,
    )


def _check_times(
    form: Field,
    at: datetime,
    steps: Sequence[Exposure],
    values: Mapping[str, Any],
    received: datetime | None,
) -> None:
    """Times must be in order and not in the future; raises MistakesError."""
    entries = form.entries()
    if steps and at != steps[0].at:
        raise entries["at"].wrong("the time of the first step of `exposure`, or leave it out")
    if len({s.at for s in steps}) < len(steps):
        raise entries["exposure"].wrong("one step at each time")
    if received and not believable(at, received):
        where = entries["at" if "at" in entries else "exposure"]
        raise where.wrong(f"a time up to a day after now, which is {received:%Y-%m-%dT%H:%M:%SZ}")
    ended, started = values.get("ended_at"), values.get("started_at")
    if ended and ended < at:
        raise entries["ended_at"].wrong("a time after `at`")
    if started and started > at:
        raise entries["started_at"].wrong("a time before `at`")


def _key(stated: object, received: datetime | None) -> str:
    """The same statement has the same key; one that gives neither id nor time is another one each time."""
    written = json.dumps(stated, sort_keys=True, default=str)
    return hashlib.sha256(f"{written}{received or ''}".encode()).hexdigest()


def _words(facts: Facts, state: State) -> str:
    of = " ".join(
        filter(None, (facts.service or facts.repository or facts.title, facts.revision[:12]))
    )
    where = f" in {facts.environment}" if facts.environment else ""
    return f"{facts.kind.value}{f' of {of}' if of else ''} {state.value}{where}"


@dataclass(frozen=True, slots=True)
class Plain:
    """Our form at a hook; without a secret nothing can be verified, and a token is needed instead."""

    secrets: tuple[str, ...] = field(repr=False)

    def verify(self, heard: Heard) -> None:
        """Raise RefusedError unless the body is signed by one of the secrets."""
        require_signature(heard, self.secrets, SIGNATURE)

    def events(self, heard: Heard) -> Sequence[Event]:
        """One event a change; raises UnreadableError with every mistake in any of them."""
        stated = json_of(heard)
        batch = stated if isinstance(stated, list) else [stated]
        events: list[Event] = []
        mistakes: list[Mistake] = []
        for i, one in enumerate(batch):
            with gathering(mistakes):
                events.append(
                    facts_of(one, heard.received, path=f"[{i}]" if batch is stated else "")
                )
        if mistakes:
            raise UnreadableError("\n".join(map(str, mistakes[:MOST_TOLD])))
        return [replace(event, source=source_of(heard)) for event in events]


def connect(adapter: Adapter) -> Plain:
    """Our form, verified by the adapter's secrets."""
    return Plain(secrets_of(adapter))
