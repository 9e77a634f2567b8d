"""Deployments that no webhook told of: found once, in the webhook's own form, at no cost where nothing is new."""

import json
from datetime import timedelta
from typing import Any

import pytest

from live.github_api import GitHubApi
from live.github_repository import Repository
from shipwake.domain import Event, Heard, merge
from shipwake.intake import connect as connect_intake
from shipwake.lookup import LookupFailedError, Polled
from shipwake.lookup.github import GitHub
from tests.contracts.answers import configured
from tests.lookup.github_shop import ALICE, AT, MINUTE, connected


def _events(*heard: Heard) -> list[Event]:
    intake = connect_intake(configured("intake", "github", {"secret": "${S}"}, S="secret"))
    return [event for one in heard for event in intake.events(one)]


def _webhook(body: dict[str, Any], guid: str) -> Heard:
    headers = {"x-github-event": "deployment_status", "x-github-delivery": guid}
    raw = json.dumps(body).encode()
    return Heard(kind="github", source="acme", headers=headers, body=raw, received=AT + MINUTE)


def test_a_polled_deployment_is_the_same_change(github: GitHub, shop: Repository) -> None:
    """What is polled makes, alone or beside the webhooks, their change; of `inactive` they do not tell either."""
    head = shop.commit("Begin", **ALICE)
    number = shop.deploy(head, "production", AT, payload={"service": "shop"})
    bodies = [
        shop.status(number, "in_progress", AT + MINUTE),
        shop.status(number, "success", AT + 2 * MINUTE, log_url=f"{shop.web}/log"),
    ]
    shop.status(number, "inactive", AT + 9 * MINUTE)
    hooks = [_webhook(json.loads(json.dumps(body)), f"g-{i}") for i, body in enumerate(bodies)]
    polled = github.deliveries("acme/shop", AT)
    alone = merge("c-1", _events(*hooks))

    assert [e.at for e in _events(*polled)] == [AT + MINUTE, AT + 2 * MINUTE]
    assert {e.facts.thread for e in _events(*polled, *hooks)} == {f"github:42:{number}"}
    assert {e.source for e in _events(*polled)} == {"github/acme"}
    assert merge("c-1", _events(*polled)) == alone
    assert merge("c-1", _events(*hooks, *polled)) == alone


def test_a_status_is_the_same_delivery_at_every_poll(github: GitHub, shop: Repository) -> None:
    """Headers and bytes stay the same, also after the deployment has come further."""
    number = shop.deploy(shop.commit("Begin", **ALICE), "production", AT)
    shop.status(number, "in_progress", AT + MINUTE)
    first = github.deliveries("acme/shop", AT)
    shop.status(number, "success", AT + 2 * MINUTE)
    later = github.deliveries("acme/shop", AT)

    assert [h.headers["x-github-delivery"] for h in later] == [
        f"poll-42-{number}-{number * 10 + i}" for i in (0, 1)
    ]
    assert (first[0].headers, first[0].body) == (later[0].headers, later[0].body)


def test_a_poll_that_finds_nothing_costs_nothing(
    api: GitHubApi, github: GitHub, shop: Repository
) -> None:
    """Asking again while nothing changed is one question, answered 304, which GitHub does not count."""
    for number in range(3):
        one = shop.deploy(shop.commit(f"Step {number}", **ALICE), "production", AT)
        shop.status(one, "success", AT + MINUTE)
    first = github.deliveries("acme/shop", AT)
    asked, left = len(api.asked), api.left
    again = github.deliveries("acme/shop", AT)

    assert [h.body for h in again] == [h.body for h in first]
    assert [(a.path, a.status) for a in api.asked[asked:]] == [
        ("/repos/acme/shop/deployments", 304)
    ]
    assert api.left == left


def test_a_deployment_that_is_under_way_is_asked_for_again(
    api: GitHubApi, github: GitHub, shop: Repository
) -> None:
    """Until one is over its statuses are asked for at each poll, even if GitHub does not say that it was touched."""
    number = shop.deploy(shop.commit("Begin", **ALICE), "production", AT)
    shop.status(number, "in_progress", AT + MINUTE)
    github.deliveries("acme/shop", AT)
    shop.status(number, "success", AT + 2 * MINUTE)
    shop.deployments[0]["updated_at"] = "2026-02-03T10:01:00Z"

    assert len(github.deliveries("acme/shop", AT)) == 2


def test_a_deployment_that_failed_may_succeed_later(github: GitHub, shop: Repository) -> None:
    """One that was over is asked for again once GitHub says that it was touched."""
    number = shop.deploy(shop.commit("Begin", **ALICE), "production", AT)
    shop.status(number, "failure", AT + MINUTE)
    github.deliveries("acme/shop", AT)
    shop.status(number, "success", AT + 5 * MINUTE)

    assert len(github.deliveries("acme/shop", AT)) == 2


def test_only_what_is_new_is_read(api: GitHubApi, github: GitHub, shop: Repository) -> None:
    """Reading stops where deployments are older than a rollout takes, and statuses from before are left out."""
    head = shop.commit("Begin", **ALICE)
    for day in range(250, 0, -1):
        shop.status(
            shop.deploy(head, "production", AT - timedelta(days=day)),
            "success",
            AT - timedelta(days=day),
        )
    waited = shop.deploy(head, "production", AT - timedelta(hours=20))
    shop.status(waited, "waiting", AT - timedelta(hours=20))
    shop.status(waited, "success", AT + MINUTE)
    found = github.deliveries("acme/shop", AT)

    assert [json.loads(h.body)["deployment_status"]["state"] for h in found] == ["success"]
    assert sum(path.endswith("/deployments") for path in api.paths) == 1
    assert sum(path.endswith("/statuses") for path in api.paths) <= 2


def test_what_cannot_be_polled_is_not(github: GitHub, api: GitHubApi) -> None:
    """A name that is no repository's gives nothing, one that is hidden an error."""
    assert github.deliveries("shop", AT) == ()
    with pytest.raises(LookupFailedError, match="repository acme/hidden"):
        github.deliveries("acme/hidden", AT)


def test_polling_is_off_unless_configured(api: GitHubApi) -> None:
    """The flow reads from `poll` how often it is to ask; without the setting it never does."""
    polled: Polled = connected(api.url, poll="2m")

    assert getattr(polled, "poll", None) == 2 * MINUTE
    assert connected(api.url).poll is None


def test_the_service_is_read_from_a_payload_in_text(github: GitHub, shop: Repository) -> None:
    """A deployment whose payload is JSON in a text names its service all the same, and other texts do no harm."""
    head = shop.commit("Begin", **ALICE)
    for payload in ('{"service": "mail"}', "{not", "mail", None):
        number = shop.deploy(head, "production", AT, payload=payload)
        shop.status(number, "success", AT + MINUTE)
    services = [e.facts.service for e in _events(*github.deliveries("acme/shop", AT))]

    assert services == ["mail", "", "", ""]
