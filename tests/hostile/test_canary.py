"""No address out of a delivery, an answer or a redirect is ever asked, whatever the adapter: a canary sits at each."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from shipwake.config import kinds
from shipwake.domain import Ref, ShipwakeError, parse_rfc3339
from shipwake.flow import Channel, announce, hear
from shipwake.intake import Receipted, connect, plain_event
from shipwake.sources.files.rows import FileError
from tests.contracts import test_intake, test_lookup, test_sources, test_tell
from tests.contracts.answers import answers, configured, path_of
from tests.flow.town import ALICE, Town, settings, town
from tests.hostile import followers
from tests.hostile.canary import (
    STATUSES,
    Canary,
    Case,
    is_quick,
    listening,
    pointing,
    poisoned,
    variants,
)
from tests.wire.server import Asked

# Apprise's own channels ask for a module that Python is about to drop, and do without it there.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
ROOMS = ("intake", "sources", "tell", "lookup")
LONG = os.environ.get("CANARY") == "long"


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A canary of this test's own."""
    with listening() as bird:
        yield bird


def _cases(room: str, kind: str) -> list[Case]:
    stated = answers(room, kind)
    assert stated.get("cases"), f"write {path_of(room, kind)}"
    return list(stated["cases"].values())


def _afar(case: Case) -> bool:
    """Whether it is about somebody on a network."""
    return "serve" in case or "mail" in case


def _heard(kind: str, case: Case, canary: Canary, _: Path) -> int:
    """Whatever a sender may say, in its body and in its headers."""
    stated = answers("intake", kind).get("settings", {})
    intake = connect(configured("intake", kind, stated, SECRET="s", OLD="o"))
    for body in _delivered(case, canary):
        heard = test_intake.heard_of(kind, case, body)
        heard = replace(heard, headers={**heard.headers, **_small(pointing(canary))})
        for read in (intake.verify, intake.events):
            with suppress(ShipwakeError):
                read(heard)
        if hasattr(intake, "receipt"):
            cast("Receipted", intake).receipt(heard)
    return 2


def _delivered(case: Case, canary: Canary) -> tuple[bytes, bytes]:
    """The body with its addresses replaced, and with more of them beside: some senders' forms refuse those."""
    if "text" in case:
        said = str(poisoned(case["text"], canary)).encode()
        return said, said + b" " + canary.address.encode()
    one, other = (json.dumps(poisoned(case.get("body"), canary, more=m)) for m in (False, True))
    return one.encode(), other.encode()


def _small(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _read(kind: str, case: Case, _: Canary, folder: Path) -> int:
    """A window of samples, twice: what was learned of a first answer may be used for the second question."""
    window = answers("sources", kind)["window"]
    start, end = parse_rfc3339(window["start"]), parse_rfc3339(window["end"])
    asked: list[Asked] = []
    # Files that cannot be read are refused before anything is asked.
    with suppress(FileError), test_sources.played(kind, case, folder, asked) as source:
        for _again in range(2):
            with suppress(ShipwakeError):
                source.samples(test_sources.sli_of(kind, case), start, end)
    return len(asked)


def _told(kind: str, case: Case, canary: Canary, _: Path) -> int:
    """A notice full of addresses: put, looked for, put again in its place and in one that the canary names."""
    notice = replace(
        test_tell.NOTICE,
        lines=(f"See {canary.address}", f"<{canary.address}|more>"),
        thread_line=f"back to normal, see {canary.address}",
        url=canary.address,
    )
    with test_tell.played(kind, case) as (teller, server):
        for ref in (None, Ref("C0123 1770112860.000100"), Ref(canary.address)):
            with suppress(ShipwakeError):
                put = teller.put(notice, ref)
                teller.find(notice.key)
                teller.put(replace(notice, revision=4), put)
        return len(server.asked)


def _looked_up(kind: str, case: Case, canary: Canary, _: Path) -> int:
    """What the case asks for, and the same of a repository, a revision and a person that are addresses."""
    with test_lookup.played(kind, case) as (lookup, server):
        with suppress(ShipwakeError):
            test_lookup.told_by(lookup, case)
        asked = len(server.asked)
        far = {"repository": canary.address, "revision": canary.address, "title": canary.address}
        person = {"login": canary.address, "email": f"a@127.0.0.1:{canary.port}"}
        for other in ({"change": far}, {"person": person}):
            with suppress(ShipwakeError):
                test_lookup.told_by(lookup, other)
        return asked


PLAYS: dict[str, Callable[[str, Case, Canary, Path], int]] = {
    "intake": _heard,
    "sources": _read,
    "tell": _told,
    "lookup": _looked_up,
}


def _play(room: str, kind: str, canary: Canary, folder: Path) -> int:
    """The cases of one adapter; how often its own server was asked, or it was heard. CANARY=long plays all of all."""
    found = _cases(room, kind)
    played = found if LONG else [case for case in found if is_quick(case)]
    turned = next((c for c in played if _afar(c) and "error" not in c), None)
    asked = 0
    for case in played:
        statuses = STATUSES if LONG else STATUSES[:2]
        for variant in variants(case, canary, statuses if LONG or case is turned else ()):
            asked += PLAYS[room](kind, variant, canary, folder)
    return asked


@pytest.mark.parametrize(("room", "kind"), [(r, k) for r in ROOMS for k in kinds.known(r)])
def test_no_adapter_asks_an_address_that_it_was_told(
    room: str, kind: str, canary: Canary, folder: Path
) -> None:
    """Every recorded delivery or answer, its addresses, headers and links the canary's, leads to no call elsewhere."""
    asked = _play(room, kind, canary, folder)

    assert canary.seen == []
    if room == "intake" or any(map(_afar, _cases(room, kind))):
        assert asked >= 3
        assert canary.placed > 20


@pytest.mark.parametrize("way", followers.WAYS)
@pytest.mark.parametrize("room", ROOMS)
def test_a_planted_follower_is_seen(
    room: str, way: str, folder: Path, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An adapter from elsewhere is found and played too; if it follows anything, the canary sees it."""
    kind = followers.install(folder, way)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("CONTRACT_ANSWERS", str(folder / "answers"))

    assert kind in kinds.known(room)
    asked = _play(room, kind, canary, folder)

    assert asked > 0
    assert bool(canary.seen) is (way != "reads")


def test_nothing_is_asked_on_the_whole_way(folder: Path, canary: Canary) -> None:
    """Deliveries of every sender are heard, understood, described, judged and told, and the canary sees nobody."""
    one = replace(settings().slis[0], query={"query": "up"})
    slis = (replace(one, name=f"of {kind}", source=kind) for kind in kinds.known("sources"))
    config = replace(settings(), slis=(*settings().slis, *slis))
    with ExitStack() as open_, town(folder, config) as here:
        asked = _with_every_adapter(here, canary, open_, folder)
        for kind in kinds.known("intake"):
            for case in _cases("intake", kind):
                headers = {**case.get("headers", {}), **pointing(canary)}
                named = {name: str(value) for name, value in headers.items()}
                for body in _delivered(case, canary):
                    assert hear(here.river, kind, "", named, body, vouched=True).status == 202
        # Of a repository that the lookups know, then what people are told of.
        place = {"service": "checkout", "environment": "production", "repository": "acme/shop"}
        told = {**place, "revision": "0f3c5a7e9b1d2f4a"}
        announce(here.river, plain_event(told, received=here.clock.now()))
        changes = [here.deploys(ALICE, revision) for revision in (canary.address, "0f3c5a7")]
        here.failing, here.slower = 0.2, 80.0
        here.minutes(9)
        with here.river.store.read() as tx:
            senders = tx.heard.senders()

    understood = {s.kind for s in senders if s.understood}
    assert understood == set(kinds.known("intake"))
    assert len(asked) >= 5
    assert [name for name, found in asked.items() if not found] == []
    assert {key.partition("|")[0] for key in here.box.messages} >= set(changes)
    assert canary.seen == []


def _with_every_adapter(
    here: Town, canary: Canary, open_: ExitStack, folder: Path
) -> dict[str, Sequence[object]]:
    """Put every kind behind the town's doors, before poisoned servers; what each of those was asked."""
    asked: dict[str, Sequence[object]] = {}

    def case_of(room: str, kind: str) -> Case:
        found = _cases(room, kind)
        afar = [c for c in found if _afar(c) and "error" not in c]
        return next(variants((afar or found)[0], canary, ()))

    hooks = {}
    for kind in kinds.known("intake"):
        stated = answers("intake", kind).get("settings", {})
        hooks[kind, ""] = connect(configured("intake", kind, stated, SECRET="s", OLD="o"))
    channels, lookups, sources = list(here.river.channels), [], dict(here.river.sources)
    for kind in kinds.known("tell"):
        case = case_of("tell", kind)
        teller, server = open_.enter_context(test_tell.played(kind, case))
        everybody = bool(getattr(teller, "everybody", False))
        channels.append(Channel(name=kind, teller=teller, everybody=everybody))
        asked |= {f"tell {kind}": server.asked} if _afar(case) else {}
    for kind in kinds.known("lookup"):
        case = case_of("lookup", kind)
        known, served = open_.enter_context(test_lookup.played(kind, case))
        lookups.append(known)
        asked |= {f"lookup {kind}": served.asked} if _afar(case) else {}
    for kind in kinds.known("sources"):
        case, questions = case_of("sources", kind), list[Asked]()
        source = open_.enter_context(test_sources.played(kind, case, folder, questions))
        sources |= {kind: source} if kind not in sources else {}
        asked |= {f"sources {kind}": questions} if _afar(case) else {}
    here.river = replace(
        here.river, hooks=hooks, channels=tuple(channels), lookups=tuple(lookups), sources=sources
    )
    return asked
