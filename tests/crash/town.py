"""The town of the crash tests: four changes that are heard in three ways, on samples pushed and asked for.

All of it is over when it is heard of: every look is due at once, so that no run waits for anything but a lease.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import create_engine

from shipwake.app import compose
from shipwake.config import Config, parse
from shipwake.domain import Change, Contents, Event, Facts, Heard, Link, Notice, Person, Ref, Says
from shipwake.flow import Batch, Channel, River, announce, hear, push
from shipwake.flow.duties import owe
from shipwake.flow.hear import digest
from shipwake.lookup import LookupFailedError
from shipwake.store import Store
from shipwake.store.migrate import SCRIPTS
from shipwake.wire.clock import SystemClock
from tests.crash.outside import TOKEN, Outside

SETTINGS = """
services:
  - {name: checkout, repository: acme/checkout}
  - {name: mail}
  - {name: search}
  - {name: shop, owners: [bob@example.com]}
environments: [{name: production}]
sources: [{name: prom, kind: prometheus, url: "${PROMETHEUS}"}]
slis:
  - {name: latency, service: checkout, environment: production, step: 60s, better: lower, unit: ms}
  - {name: delay, service: mail, environment: production, step: 60s, better: lower, unit: ms}
  - {name: results, service: search, environment: production, step: 60s, better: higher}
  - {name: pages, service: shop, environment: production, source: prom, step: 120s, better: lower,
     unit: ms, query: pages}
watch: {looks: [3, 5], later: []}
tell:
  - {name: team, kind: slack, token: "${TOKEN}", channel: C0DEPLOYS, url: "${SLACK}"}
  - {name: direct, kind: slack, token: "${TOKEN}", url: "${SLACK}"}
  - {name: hook, kind: webhook, url: "${HOOK}"}
"""
PUSHED = {"latency": 100.0, "delay": 0.0, "results": 0.0}
"""The SLIs that are pushed, and how much more of each there is for a while after the changes."""
CHANGES = {"c1": "latency", "c2": "delay", "c3": "pages", "c4": "results"}
"""What each is judged on."""
LOOKS = {"c1": 6, "c2": 2, "c3": 2, "c4": 2}
"""How often each is looked at: c1 until it has recovered."""
PAST, AFTER, WORSE = 780, 50, 8
"""Minutes of samples before and after the changes, and how long it is worse."""
AT_ONCE = 10
SOON = timedelta(milliseconds=200)
OLD = timedelta(days=120)
OLD_DELIVERIES, OLD_SAMPLES = 3, 50
LINK = Link(kind="issue", title="Why it was done", url="https://example.com/issues/7", number="7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """When its changes went live, how it is configured, and where a run leaves what must outlive it."""

    live: datetime
    config: Config

    @classmethod
    def beside(cls, world: Outside, live: datetime) -> "Town":
        """The town whose people are told in that world."""
        environ = {
            "PROMETHEUS": world.prometheus,
            "SLACK": world.slack,
            "HOOK": world.hook,
            "TOKEN": TOKEN,
        }
        return cls(live=live, config=parse(SETTINGS, name="town.yaml", environ=environ))

    def river(self, database: str, place: Path) -> River:
        """The real parts on that database, a notebook as one more channel, and a code host that knows one issue."""
        river = compose(replace(self.config, database=database))
        box = Channel(name="box", teller=Notebook(place / "told"), everybody=True)
        return replace(
            river,
            channels=(*river.channels, box),
            lookups=(CodeHost(self.live, place / "acknowledged"),),
        )


def now_and_then() -> datetime:
    """When the changes went live: a whole minute, long enough ago for both looks to be due."""
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=AFTER + 5)


@dataclass(frozen=True)
class Notebook:
    """A searchable channel that outlives the process: one line a post or edit."""

    path: Path

    def find(self, key: str) -> Ref | None:
        return Ref(key) if self.path.exists() and f" {key} " in self.path.read_text() else None

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        with self.path.open("a") as lines:
            lines.write(f"{'edit' if ref else 'post'} {notice.key} {notice.revision}\n")
        return Ref(notice.key)


@dataclass(frozen=True)
class CodeHost:
    """Knows of an issue behind what checkout deploys, and of a change whose webhook was lost."""

    live: datetime
    acknowledged: Path
    poll: timedelta = timedelta(hours=1)
    remote: bool = True

    def commits(self, change: Change) -> Contents:
        return Contents(links=(LINK,))

    def person(self, identity: Person) -> Person:
        return identity

    def deliveries(self, repository: str, since: datetime) -> Sequence[Heard]:
        if f"samples {AFTER - AT_ONCE}\n" not in self._said():
            message = "nothing is known of it yet"
            raise LookupFailedError(message, permanent=False, retry_after=SOON)
        body = json.dumps(told("c4", "search", self.live)).encode()
        headers = {"idempotency-key": "polled-c4"}
        return [Heard(kind="plain", source="", headers=headers, body=body, received=self.live)]

    def _said(self) -> str:
        return self.acknowledged.read_text() if self.acknowledged.exists() else ""


def told(id: str, service: str, at: datetime, **more: object) -> dict[str, object]:
    """A change in our own form."""
    authors = [{"name": "Alice", "email": "alice@example.com"}]
    stated = {"id": id, "service": service, "environment": "production", "at": at.isoformat()}
    return {**stated, "authors": authors, **more}


Item = tuple[str, Callable[[River], object]]
"""What a sender has to say, by name; it says it again until it is answered."""


def items(town: Town) -> Iterator[Item]:
    """Samples first, as they are when a change is heard of late; then the changes that are not polled."""
    for first in range(0, AFTER, AT_ONCE):
        yield f"samples {first}", partial(_push_after, town.live, first)
    c1 = told("c1", "checkout", town.live, revision="a1b2c3", repository="acme/checkout")
    yield "c1", partial(_deliver, c1)
    yield "c2", partial(_deliver, told("c2", "mail", town.live))
    yield "c3", partial(_announce, town.live)


def _deliver(body: dict[str, object], river: River) -> None:
    headers = {"idempotency-key": f"delivery-{body['id']}"}
    answer = hear(river, "plain", "", headers, json.dumps(body).encode(), vouched=True)
    assert answer.status == 202, answer


def _announce(live: datetime, river: River) -> None:
    facts = Facts(id="c3", service="shop", environment="production")
    event = Event(
        source="api", key="c3", says=Says.LIVE, at=live, received=live, text="c3", facts=facts
    )
    announce(river, event)


def _push_after(live: datetime, first: int, river: River) -> None:
    push(river, batches(live, range(PAST + first, PAST + first + AT_ONCE)))


def batches(live: datetime, minutes: range) -> list[Batch]:
    """What was measured in these minutes, counted from the first of the past."""
    number = np.array(minutes, np.float64)
    times = live.timestamp() + 60 * (number - PAST)
    worse = (number >= PAST) & (number < PAST + WORSE)
    noise = 100 + 5 * np.sin(number * number)
    return [
        Batch(sli=sli, times_s=times, values=(noise + more * worse)[:, None])
        for sli, more in PUSHED.items()
    ]


@dataclass(frozen=True, slots=True)
class Templates:
    """Two databases to copy: one of the oldest version with a past, and the same ready to go on."""

    oldest: str
    ready: str


def lay(town: Town, oldest: str, ready: str, copy: Callable[[], None], place: Path) -> Templates:
    """Make both: `copy` copies the first to the second."""
    _begin(oldest)
    _fill(town, oldest)
    copy()
    river = town.river(ready, place)
    owe(river)
    _long_ago(river)
    river.close()
    return Templates(oldest, ready)


def _begin(url: str) -> None:
    """The tables of the first version."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    config = AlembicConfig()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        config.attributes["passing"] = lambda _: None
        command.upgrade(config, "0001")
    engine.dispose()


def _fill(town: Town, url: str) -> None:
    """A quiet past, and what is so old that it is to be forgotten."""
    store = Store.open(url, clock=SystemClock())
    long_ago = town.live - OLD
    with store.write() as tx:
        for batch in batches(town.live, range(PAST)):
            tx.samples.push(batch.sli, 60.0, 1, batch.times_s, batch.values)
        times = long_ago.timestamp() + 60 * np.arange(OLD_SAMPLES)
        tx.samples.push("latency", 60.0, 1, times, np.ones((OLD_SAMPLES, 1)))
        for number in range(OLD_DELIVERIES):
            heard = Heard(
                kind="plain", source="", headers={}, body=b"%d" % number, received=long_ago
            )
            tx.heard.understood(tx.heard.keep(heard, digest(heard)), events=1, text="long ago")
    store.close()


def _long_ago(river: River) -> None:
    """Let what is to be forgotten be due."""
    with river.store.write() as tx:
        tx.duties._sql.connection.exec_driver_sql(  # noqa: SLF001 - nobody waits ten minutes for it
            "UPDATE duties SET not_before = 0 WHERE kind = 'forget'"
        )
