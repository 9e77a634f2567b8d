"""What was heard is counted, named and offered for one action; a sender that falls silent is told."""

from dataclasses import replace
from datetime import timedelta

from shipwake.store import HeardPage, HeardRow, Outcome, Sender, Stored, Why
from shipwake.web.pages import hearing
from shipwake.web.pages.hearing import Material
from tests.pages.scene import AT, MINUTE, NASTY, deploy

GITHUB = ("github", "acme")


def _sender(**more: object) -> Sender:
    facts: dict[str, object] = {
        "kind": "github", "source": "acme", "received": 10, "understood": 8, "unused": 2, "unreadable": 0,
        "refused": 0, "last": AT,
    }  # fmt: skip
    return Sender(**{**facts, **more})  # type: ignore[arg-type]


def _unmapped(heard: str, id: str = "u") -> Stored:
    change = replace(deploy(id), service="", heard_service=heard)
    return Stored(change=change, mapped=False, health=None, verdict_seq=0, heard_at=AT - 5 * MINUTE)


def _row(outcome: Outcome, text: str, id: int = 1) -> HeardRow:
    return HeardRow(
        id=id,
        kind="github",
        source="acme",
        received=AT,
        outcome=outcome,
        events=1,
        text=text,
        size=9,
    )


def _material(**more: object) -> Material:
    facts: dict[str, object] = {
        "senders": [_sender()],
        "hooks": [GITHUB],
        "unmapped": [],
        "waiting_by": {},
        "page": HeardPage((), None),
        "bodies": {},
        "rhythm": {},
        "services": ["cart", "checkout"],
        "environments": ["production"],
        "kind": "",
        "outcome": "",
        "cursor": "",
        "now": AT,
        "url": "https://shipwake.example",
    }
    return Material(**{**facts, **more})  # type: ignore[arg-type]


def _said(m: Material) -> str:
    return "".join(p.text for p in hearing.build(m).sentence)


def test_the_sentence_counts_what_became_of_it() -> None:
    """The first sentence counts deliveries, what was understood, and only those troubles that there are."""
    assert _said(_material()) == "10 deliveries from 1 sender: 8 understood."
    troubled = _material(senders=[_sender(refused=3)], unmapped=[_unmapped("cart-svc")])
    assert _said(troubled).endswith("8 understood, 1 name waits for a mapping, 3 refused.")


def test_a_new_name_waits_once_however_often_it_was_heard() -> None:
    """Changes under one unknown name make one line, with how many wait and the nearest name of ours chosen."""
    view = hearing.build(
        _material(unmapped=[_unmapped("cart-svc", "a"), _unmapped("cart-svc", "b")])
    )

    assert len(view.names) == 1
    assert "2 changes wait" in view.names[0].text
    assert view.names[0].guess == "cart"


def test_a_name_like_none_of_ours_is_not_guessed() -> None:
    """Where nothing of ours looks alike no name is chosen, so that no one maps it by a slip."""
    view = hearing.build(_material(unmapped=[_unmapped("zzz")]))

    assert view.names[0].guess == ""


def test_a_refusal_is_a_row_with_its_reason() -> None:
    """What was refused, and so not kept, still has a row: how often, why, and what to do."""
    why = Why(outcome=Outcome.REFUSED, text="The signature does not match.", count=3, last=AT)
    (row,) = hearing.build(_material(senders=[_sender(refused=3, reasons=(why,))])).rows

    assert (row.state, row.what) == ("refused", "3 times")
    assert "same secret" in row.text


def test_what_is_unreadable_shows_what_was_sent() -> None:
    """A delivery that could not be read stands with its reason and the bytes as they came."""
    page = HeardPage((_row(Outcome.UNREADABLE, "at: no zone"),), None)
    (row,) = hearing.build(_material(page=page, bodies={1: NASTY})).rows

    assert row.text == "at: no zone. It is kept as it came; fix the sender and it can send again."
    assert row.body == NASTY


def test_a_sender_is_silent_by_its_own_rhythm() -> None:
    """A sender that spoke every 6 minutes is silent after two hours; one that speaks daily is not."""
    often = [AT - timedelta(hours=2) - 6 * MINUTE * i for i in range(20)]
    seldom = [AT - timedelta(hours=2) - timedelta(days=i) for i in range(20)]
    view = hearing.build(_material(rhythm={("flags", ""): often, ("infra", ""): seldom}))

    assert [s.text for s in view.silent] == ["flags has been silent for 2 h 00."]
    assert "every 6 min" in view.silent[0].since


def test_a_configured_hook_that_never_spoke_is_listed() -> None:
    """A hook from which nothing came stands among the senders, so that its silence is seen."""
    view = hearing.build(_material(hooks=[GITHUB, ("terraform", "")]))

    assert [(s.name, s.last is None) for s in view.senders] == [
        ("github/acme", False), ("terraform", True)
    ]  # fmt: skip


def test_an_empty_page_gives_the_address_to_paste() -> None:
    """Before anything is heard the page gives the first hook's whole address."""
    view = hearing.build(_material(senders=[]))

    assert view.empty is not None
    assert view.empty.command == "https://shipwake.example/hooks/github/acme"
