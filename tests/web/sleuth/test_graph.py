"""What Sleuth's command line asks of GraphQL is answered, and the rest refused with errors."""

import json

import httpx
import pytest

from shipwake.domain import Change, ReplyKind
from tests.web.site import Site
from tests.web.sleuth.calls import DEPLOYS, ONE, TWO, changes

LATEST = """{ deployment(orgSlug:"acme", deploymentSlug:"%s") {
    ... on CodeChangeSource { latestChange(environmentSlug:"production") { revision slug url } } } }"""
HEALTH = 'mutation { setHealth(orgSlug:"acme", deploymentSlug:"x", deploySlug:"%s", health:"%s") { success } }'


@pytest.fixture(scope="module")
def live(here: Site, client: httpx.Client) -> Change:
    """A deploy of mail that is live, and not judged yet."""
    client.post(DEPLOYS.format("mail"), json={"sha": ONE})
    return changes(here, "mail")[-1]


def test_the_command_line_finds_what_is_live(live: Change, client: httpx.Client) -> None:
    """The question that precedes each deploy, a GET with a body, is answered null and then with the newest change."""
    known = client.request("GET", "/graphql", json={"query": LATEST % "mail"}).json()
    unknown = client.request("GET", "/graphql", json={"query": LATEST % "nobody"}).json()

    assert unknown == {"data": {"deployment": {"latestChange": None}}}
    assert known["data"]["deployment"]["latestChange"] == {
        "revision": ONE,
        "slug": live.id,
        "url": f"/changes/{live.id}",
    }


def test_a_health_that_is_set_stands_beside_the_verdict(
    here: Site, live: Change, client: httpx.Client
) -> None:
    """Setting a health adds one reply by the token's name, however often, and no verdict."""
    for _ in range(3):
        query = HEALTH % (live.id, "AILING")
        answer = client.post("/graphql", json={"query": query})
        assert answer.json() == {"data": {"setHealth": {"success": True}}}
    client.post("/graphql", json={"query": HEALTH % (live.id, "reset")})
    with here.river.store.read() as tx:
        replies, verdicts = tx.replies.of(live.id), tx.verdicts.of(live.id)

    assert [(r.author, r.kind, r.text) for r in replies] == [
        ("pipeline", ReplyKind.COMMENT, "set the health to ailing"),
        ("pipeline", ReplyKind.COMMENT, "reset the health"),
    ]
    assert len(verdicts) == 0


def test_rules_are_valid_and_none(client: httpx.Client) -> None:
    """The multipart request that validates a file of rules is answered with no rules."""
    query = """mutation ($file: Upload!) {
        validateRules(orgSlug:"acme", deploymentSlug:"x", file: $file) { rules { title } } }"""
    fields = {
        "operations": json.dumps({"query": query, "variables": {"file": None}}),
        "map": json.dumps({"0": ["variables.file"]}),
    }
    answer = client.post("/graphql", data=fields, files={"0": ("rules.yml", b"rules: []")})

    assert answer.json() == {"data": {"validateRules": {"rules": []}}}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ('{ projects(orgSlug: "acme") { slug name } }', "not 'projects'"),
        (
            "mutation ($input: X! = {a: [1]}) { createProject(input: $input) { errors { field } } }",
            "not 'createProject'",
        ),
        ('{ deployment(deploymentSlug: "x") { ... on CodeChangeSource { name } } }', "not 'name'"),
        (HEALTH % ("nobody", "AILING"), "there is no change 'nobody'"),
        (HEALTH % ("nobody", "PURPLE"), "read 'purple'"),
        ("subscription { x }", "expected query or mutation"),
        ("{ deployment { ...Named } }", "expected {"),
        ("{ a b c d e f g h i j k }", "ask for 1 to 10"),
        ("{", "read 'the end'"),
        ("{}", "ask for 1 to 10"),
        ("", "read 'the end'"),
        ('{ a(b: "\ud83e") }', "no JSON"),
        ("{ a(b: " + "[" * 100_000, "characters"),
        ("{ a(b: " + "[" * 1000, "levels at most"),
        ("{a" * 1000, "levels at most"),
        (None, "there is none"),
        (7, "there is none"),
    ],
)
def test_other_questions_are_refused_with_errors(
    client: httpx.Client, query: object, sentence: str
) -> None:
    """A question that is not answered here, or is none, is told so under `errors` with status 200."""
    body = json.dumps({"query": query, "variables": {"input": {}}})
    answer = client.post("/graphql", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 200
    assert answer.json()["data"] is None
    assert sentence in answer.json()["errors"][0]["message"]


def test_nothing_is_changed_by_asking(client: httpx.Client) -> None:
    """A mutation by GET is refused."""
    answer = client.request("GET", "/graphql", json={"query": HEALTH % ("x", "AILING")})

    assert "by POST" in answer.json()["errors"][0]["message"]


def test_variables_and_aliases_are_read(live: Change, client: httpx.Client) -> None:
    """A question may name its operation, bring its words as variables, and rename what it asks for."""
    query = """query Q($slug: String!, $on: [Int!] = [1]) { # a comment
        mine: deployment(orgSlug: "a\\u0062", deploymentSlug: $slug, x: {y: [1, -2.5e3, true, E]}) {
            newest: latestChange { sha: revision } } }"""
    answer = client.post("/graphql", json={"query": query, "variables": {"slug": "mail"}})

    assert answer.json() == {"data": {"mine": {"newest": {"sha": live.revision}}}}


def test_a_health_that_is_set_says_whether_the_verdict_is_right(
    here: Site, client: httpx.Client
) -> None:
    """Where there is a verdict, the same health says that it is right and another that it is wrong; it stays."""
    here.town.history(24 * 60)
    client.post(DEPLOYS.format("checkout"), json={"sha": TWO})
    here.town.minutes(15)
    change = changes(here, "checkout")[-1].id
    for health in ("HEALTHY", "unhealthy"):
        client.post("/graphql", json={"query": HEALTH % (change, health)})
    with here.river.store.read() as tx:
        kinds, stored = [reply.kind for reply in tx.replies.of(change)], tx.changes.get(change)

    assert kinds == [ReplyKind.RIGHT, ReplyKind.WRONG]
    assert stored is not None
    assert stored.health == "healthy"
