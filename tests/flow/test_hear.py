"""Deliveries as senders really send them: twice, in the wrong order, and with the wrong secret."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from shipwake.app import compose
from shipwake.config import parse
from shipwake.domain import Change, rfc3339
from shipwake.flow import Answer, River, hear, step
from shipwake.store import Sender
from shipwake.wire.clock import ManualClock
from shipwake.wire.sign import signature
from tests.flow.town import START

SETTINGS = """
services: [{name: checkout, repository: acme/checkout}]
environments: [{name: production}]
hooks: [{kind: github, secret: "${HOOK_SECRET}"}]
"""
SECRET = "made-up"
DAY = timedelta(days=1)
REPOSITORY = {"id": 42, "full_name": "acme/checkout"}
ALICE = {"name": "Alice", "email": "alice@example.com", "username": "alice"}
Delivery = tuple[str, dict[str, Any]]
"""A GitHub event's name and body."""


@pytest.fixture
def river(tmp_path: Path) -> Iterator[River]:
    """A river that listens to GitHub, on an empty database."""
    config = parse(SETTINGS, name="hear.yaml", environ={"HOOK_SECRET": SECRET})
    made = compose(
        replace(config, database=f"sqlite:///{tmp_path}/hear.db"), clock=ManualClock(START)
    )
    yield made
    made.store.close()


def _rollout(number: int) -> list[Delivery]:
    """All that GitHub says of one merged and deployed pull request, in order."""
    revision = f"{number:040x}"
    live = START - timedelta(minutes=1)
    commit = {"id": revision, "message": "Cheaper carts", "timestamp": rfc3339(live)}
    deployment = {
        "id": number,
        "sha": revision,
        "environment": "production",
        "created_at": rfc3339(live - timedelta(seconds=30)),
    }
    status = {"state": "success", "environment": "production", "created_at": rfc3339(live)}
    merged: dict[str, object] = {
        "merged": True,
        "merge_commit_sha": revision,
        "number": number,
        "title": "Cheaper carts",
        "merged_at": rfc3339(live - timedelta(minutes=2)),
        "user": {"login": "alice"},
        "html_url": f"https://github.com/acme/checkout/pull/{number}",
    }
    pushed = {"ref": "refs/heads/main", "after": revision, "commits": [commit | {"author": ALICE}]}
    said: list[tuple[str, dict[str, object]]] = [
        ("pull_request", {"action": "closed", "pull_request": merged}),
        ("push", pushed | {"head_commit": commit | {"author": ALICE}}),
        ("deployment", {"action": "created", "deployment": deployment}),
        ("deployment_status", {"deployment": deployment, "deployment_status": status}),
    ]
    return [(name, body | {"repository": REPOSITORY}) for name, body in said]


def _send(river: River, delivery: Delivery, id: str, *, secret: str = SECRET) -> Answer:
    name, told = delivery
    body = json.dumps(told).encode()
    headers = {
        "X-GitHub-Event": name,
        "X-GitHub-Delivery": id,
        "X-Hub-Signature-256": signature(body, secret),
        "Content-Type": "application/json",
    }
    return hear(river, "github", "", headers, body)


def _understand(river: River) -> None:
    while step(river):
        pass


def _changes(river: River) -> list[Change]:
    with river.store.read() as tx:
        return [
            s.change
            for s in tx.changes.past(
                "checkout", "production", since=START - DAY, before=START + DAY
            )
        ]


def _sender(river: River) -> Sender:
    with river.store.read() as tx:
        (sender,) = tx.heard.senders()
    return sender


def test_the_same_delivery_twice_has_one_effect(river: River) -> None:
    """A delivery that GitHub sends again is answered the same, and changes nothing, read before or after."""
    status = _rollout(7)[-1]
    first = _send(river, status, "d-1")
    again = _send(river, status, "d-1")
    _understand(river)
    late = _send(river, status, "d-1")
    _understand(river)

    assert [a.status for a in (first, again, late)] == [202, 202, 202]
    assert first.delivery == again.delivery == late.delivery
    (change,) = _changes(river)
    with river.store.read() as tx:
        assert len(tx.events.of(change.id)) == 1


def test_a_redelivery_under_another_name_is_the_same_change(river: River) -> None:
    """The same rollout told by two deliveries is one change."""
    for name in ("d-1", "d-2"):
        _send(river, _rollout(7)[-1], name)
    _understand(river)

    assert len(_changes(river)) == 1


def _known(change: Change) -> tuple[object, ...]:
    return (
        change.at,
        change.started_at,
        change.title,
        [(p.name, p.email, p.login) for p in change.people],
        sorted(link.kind for link in change.links),
    )


def test_events_in_any_order_give_one_change(river: River) -> None:
    """However GitHub's four deliveries of a rollout arrive, they make one change that says the same."""
    orders = list(permutations(range(4)))
    for number, order in enumerate(orders, 1):
        told = _rollout(number)
        for i in order:
            assert _send(river, told[i], f"{number}-{i}").status == 202
        _understand(river)
    changes = _changes(river)

    assert len(changes) == len(orders)
    assert len({change.revision for change in changes}) == len(orders)
    assert {change.title for change in changes} == {"Cheaper carts"}
    assert len({str(_known(change)) for change in changes}) == 1


def test_a_wrong_signature_is_refused_and_counted(river: River) -> None:
    """What is not signed by the secret is not kept, and the sender's page counts it with its reason."""
    refused = [_send(river, _rollout(7)[-1], f"d-{i}", secret="guessed") for i in range(3)]
    _understand(river)
    sender = _sender(river)

    assert [a.status for a in refused] == [401] * 3
    assert (sender.received, sender.refused, sender.understood) == (3, 3, 0)
    assert "secret" in sender.reasons[0].text
    assert _changes(river) == []


def test_nothing_listens_where_nothing_is_configured(river: River) -> None:
    """A hook that is not configured is a 404 that names those that are."""
    answer = hear(river, "gitlab", "", {}, b"{}")

    assert answer.status == 404
    assert "/hooks/github" in answer.detail
    assert "/hooks/gitlab" in answer.detail


def test_what_cannot_be_read_is_kept_with_its_reason(river: River) -> None:
    """A signed delivery of a broken form is accepted, and counted as unreadable."""
    broken = ("deployment_status", {"deployment": "none", "repository": REPOSITORY})

    assert _send(river, broken, "d-1").status == 202
    _understand(river)
    assert _sender(river).unreadable == 1
    assert _changes(river) == []


def test_what_opens_a_door_is_not_kept(river: River) -> None:
    """A token or cookie that let a delivery in is not stored with it; what tells deliveries apart is."""
    headers = {
        "Authorization": "Bearer made-up-token",
        "Cookie": "session=made-up",
        "X-Gitlab-Token": "made-up",
        "Idempotency-Key": "one",
        ":path": "/hooks/plain",
    }
    hear(river, "plain", "", headers, b"{}", vouched=True)
    with river.store.read() as tx:
        (kept,) = tx.heard.pending(9)

    assert kept.heard.headers == {"idempotency-key": "one", ":path": "/hooks/plain"}
