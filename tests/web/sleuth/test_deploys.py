"""What Sleuth's clients register becomes changes, and what is wrong is told in its words."""

import httpx
import pytest

from shipwake.config import parse
from shipwake.web.sleuth import names
from tests.flow.town import MINUTE
from tests.web.site import Site
from tests.web.sleuth.calls import DEPLOYS, ONE, TWO, changes


@pytest.mark.parametrize("spelling", ["register-deploy", "register_deploy/", "register-deploy/"])
def test_every_spelling_of_a_path_leads_there(client: httpx.Client, spelling: str) -> None:
    """Hyphens and a slash at the end make no difference."""
    answer = client.post(
        f"/api/1/deployments/acme/spelt/{spelling}", json={"sha": ONE, "ignore_if_duplicate": True}
    )

    assert (answer.status_code, answer.text) == (200, "Success")


def test_a_deploy_becomes_a_change_of_the_service_that_the_slug_means(
    here: Site, client: httpx.Client
) -> None:
    """A registration is a change of our service, in the first environment, by the author it names."""
    answer = client.post(
        DEPLOYS.format("Mail"),
        json={"sha": ONE, "environment": "", "email": "alice@example.com", "tags": ["#hotfix"]},
    )
    (change,) = changes(here, "mail")

    assert answer.text == "Success"
    assert (change.revision, change.environment, change.tags) == (ONE, "production", ("hotfix",))
    assert [person.email for person in change.authors] == ["alice@example.com"]


def test_a_commit_that_is_live_is_a_duplicate_and_one_that_was_is_a_rollback(
    here: Site, client: httpx.Client
) -> None:
    """The live commit again is refused, or with the flag changes nothing; the one before it again is a rollback."""
    path = DEPLOYS.format("checkout")

    def register(sha: str, **more: object) -> int:
        status = client.post(path, json={"sha": sha, **more}).status_code
        here.town.work()
        here.town.clock.advance(MINUTE)
        return status

    statuses = [
        register(ONE),
        register(ONE),
        register(ONE[:9], ignore_if_duplicate="false"),
        register(ONE, ignore_if_duplicate="true"),
        register(ONE, ignore_if_duplicate=True),
        register(TWO),
        register(ONE),
    ]
    found = changes(here, "checkout")

    assert statuses == [200, 400, 400, 200, 200, 200, 200]
    assert [change.revision for change in found] == [ONE, TWO, ONE]
    assert [change.rolls_back for change in found] == ["", "", found[1].id]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "sha: read ''"),
        ({"sha": "main"}, "sha: read 'main'"),
        ({"sha": ["x"]}, "sha: read ''"),
        ({"sha": ONE, "date": "tomorrow"}, "date: read 'tomorrow'"),
        ({"sha": ONE, "date": "9999-12-31T23:59:59"}, "a day from now"),
        ({"sha": ONE, "email": "alice"}, "email: read 'alice'"),
        ([], "an object of fields"),
        ("🦆", "an object of fields"),
    ],
)
def test_a_wrong_registration_is_told_why_and_kept(
    here: Site, client: httpx.Client, body: object, sentence: str
) -> None:
    """What cannot be read is answered 400 with a sentence, and shown under what we heard with the same."""
    answer = client.post(DEPLOYS.format("checkout"), json=body)
    here.town.work()
    with here.river.store.read() as tx:
        reasons = {why.text for sender in tx.heard.senders() for why in sender.reasons}

    assert answer.status_code == 400
    assert sentence in answer.text
    assert answer.text in reasons


@pytest.mark.parametrize("environment", [7, ["production"], {"slug": "production"}, True])
def test_an_environment_that_is_no_text_is_not_guessed(
    client: httpx.Client, environment: object
) -> None:
    """An environment of another type is refused, and not taken for the first one."""
    answer = client.post(DEPLOYS.format("mail"), json={"sha": ONE, "environment": environment})

    assert answer.status_code == 400
    assert answer.text.startswith("environment: read ")


def test_the_same_words_of_two_deployments_are_two_deploys(
    here: Site, client: httpx.Client
) -> None:
    """One commit that is registered at one time for two services is a change of each, and once more of neither."""
    body = {"sha": "abcabca", "date": here.town.clock.now().isoformat(), "ignore_if_duplicate": "1"}
    for service in ("mail", "checkout") * 2:
        client.post(DEPLOYS.format(service), json=body)
    found = [c for service in ("mail", "checkout") for c in changes(here, service)]

    assert [c.service for c in found if c.revision == "abcabca"] == ["mail", "checkout"]


def test_an_unknown_deployment_is_kept_until_it_is_mapped(here: Site, client: httpx.Client) -> None:
    """A slug that is no service of ours makes a change that waits to be mapped."""
    answer = client.post(DEPLOYS.format("warehouse"), json={"sha": "abcdef1"})
    here.town.work()
    with here.river.store.read() as tx:
        waiting = {stored.change.heard_service for stored in tx.changes.unmapped()}

    assert answer.text == "Success"
    assert "warehouse" in waiting


def test_ten_thousand_commits_are_taken(here: Site, client: httpx.Client) -> None:
    """A registration with 10,000 commits is read, and the first 2,048 of them are kept."""
    commits = [
        {
            "revision": f"{i:040x}",
            "message": f"Commit {i} ⚖️\n",
            "author": {"name": "Bob"},
            "files": [f"f{i}"],
        }
        for i in range(1, 10_001)
    ]
    answer = client.post(DEPLOYS.format("big"), json={"sha": f"{7:040x}", "commits": commits})
    here.town.work()
    with here.river.store.read() as tx:
        (stored,) = (s for s in tx.changes.unmapped() if s.change.heard_service == "big")

    assert answer.text == "Success"
    assert (len(stored.change.commits), stored.change.title) == (2048, "Commit 7 ⚖️")


def test_a_manual_change_needs_a_name(here: Site, client: httpx.Client) -> None:
    """A manual change of a service is one of kind manual; without a name the answer is Sleuth's own 422."""
    path = "/api/1/deployments/acme/mail/register_manual_deploy"
    nameless = client.post(path, data={"description": "something"})
    here.town.clock.advance(MINUTE)
    named = client.post(path, data={"name": "Bigger pool", "author": "bob@example.com"})
    newest = changes(here, "mail")[-1]

    assert (nameless.status_code, nameless.text) == (422, "Name is required.")
    assert named.text == "Success"
    assert (newest.kind, newest.title, newest.authors[0].email) == (
        "manual",
        "Bigger pool",
        "bob@example.com",
    )


def test_an_import_is_known_and_not_judged(here: Site, client: httpx.Client) -> None:
    """Each row is a change of the past that is not judged, and the same file again adds none."""
    rows = "sha,date \naaaaaaa,2026-01-03T08:34:02 \nbbbbbbb,2026-01-04T08:34:02\n"
    path = "/api/1/deployments/acme/mail/import_deploys"
    answers = [client.post(path, files={"csv_file": ("d.csv", rows)}).text for _ in range(2)]
    long_ago = [c for c in changes(here, "mail") if c.revision in ("aaaaaaa", "bbbbbbb")]
    broken = client.post(path, files={"csv_file": ("d.csv", "sha,date\nx,y")})

    assert answers == ["Success"] * 2
    assert [(c.revision, c.judge) for c in long_ago] == [("aaaaaaa", False), ("bbbbbbb", False)]
    assert (broken.status_code, "row 2" in broken.text) == (400, True)


def test_the_form_of_a_registration_can_be_asked_for(client: httpx.Client) -> None:
    """The JSON schema names what a registration must hold."""
    assert client.get("/api/1/schema/register_deploy").json()["required"] == ["sha"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Checkout API", "checkout-api"),
        ("  Ünïted  Carts! ", "united-carts"),
        ("a_b-C", "a_b-c"),
        ("🦆", ""),
    ],
)
def test_a_slug_is_lower_case_with_hyphens(name: str, slug: str) -> None:
    """Spaces become hyphens, other signs are dropped, accents too."""
    assert names.slug(name) == slug


def test_a_slug_finds_our_name() -> None:
    """A slug leads to the service and environment whose name makes it, and nothing leads to what has none."""
    config = parse(
        'services: [{name: Checkout API}, {name: "🦆"}]\nenvironments: [{name: Live Here, aliases: ["prod-*"]}]',
        name="names.yaml",
        environ={},
    )

    assert names.service(config, "checkout-api") == "Checkout API"
    assert names.service(config, "!") == ""
    assert [names.environment(config, read) for read in ("", "live-here", "prod-eu", "test")] == [
        "Live Here",
        "Live Here",
        "Live Here",
        "test",
    ]
