"""Who gets in and what they may do, as it is configured."""

from datetime import timedelta

import pytest

from shipwake.config import Limits, Role, Standing, Team, changed, digests, standing
from tests.config.yaml import config, mistakes

WHOLE = """
services: [{name: checkout}, {name: mail}]
sign_in:
  issuer: https://login.example.com/realm
  client_id: shipwake
  client_secret: ${OIDC_SECRET}
  name: Acme
  groups: roles
  hosts: [keys.example.com]
  role: member
  lasts: 8h
teams:
  - {name: shop, services: [checkout], members: [alice@example.com], admins: ["group:leads"]}
  - {name: platform, admins: [bob@example.com]}
limits: {key: 10, failures: 0}
proxies: [10.0.0.0/8, "::1"]
"""


def test_the_sections_are_read() -> None:
    """Each key of the four sections has its place."""
    read = config(WHOLE, OIDC_SECRET="s3cret")

    assert read.sign_in is not None
    assert (read.sign_in.issuer, read.sign_in.role) == (
        "https://login.example.com/realm",
        Role.MEMBER,
    )
    assert read.sign_in.lasts == timedelta(hours=8)
    assert "s3cret" not in repr(read)
    assert [s.reveal() for s in read.secrets] == ["s3cret"]
    assert [t.name for t in read.teams] == ["shop", "platform"]
    assert read.limits == Limits(key=10, failures=0)
    assert [str(n) for n in read.proxies] == ["10.0.0.0/8", "::1/128"]


SIGN_IN = "sign_in: {issuer: https://a.example, client_id: x}\n"


@pytest.mark.parametrize(
    ("text", "where", "allowed"),
    [
        ("sign_in: {client_id: x}", "sign_in.issuer", "required"),
        ("sign_in: {issuer: http://a.example, client_id: x}", "sign_in.issuer", "https://"),
        ("sign_in: {issuer: 'https://a.example?x', client_id: x}", "sign_in.issuer", "without ?"),
        (
            "sign_in: {issuer: https://a.example, client_id: x, client_secret: plain}",
            "client_secret",
            "${NAME}",
        ),
        (
            "sign_in: {issuer: https://a.example, client_id: x, role: admin}",
            "role",
            "none, viewer, member",
        ),
        ("sign_in: {issuer: https://a.example, client_id: x, scopes: [email]}", "scopes", "openid"),
        (
            "sign_in: {issuer: https://a.example, client_id: x, hosts: ['https://b']}",
            "hosts",
            "without https",
        ),
        ("sign_in: {issuer: https://a.example, client_id: x, lasts: 1s}", "lasts", "from 5m"),
        ("teams: [{name: a, members: [alice@example.com]}]", "teams", "together with sign_in"),
        (SIGN_IN + "teams: [{name: a, members: [alice]}]", "members[0]", "group:NAME"),
        (SIGN_IN + "teams: [{name: a, members: ['group:']}]", "members[0]", "group:NAME"),
        (SIGN_IN + "teams: [{name: a}, {name: a}]", "teams[1]", ""),
        (
            SIGN_IN + "services: [{name: checkout}]\nteams: [{name: a, services: [chekout]}]",
            "services[0]",
            "did you mean 'checkout'",
        ),
        ("limits: {key: -1}", "limits.key", "0"),
        ("proxies: [example.com]", "proxies[0]", "10.0.0.0/8"),
        ("proxies: [10.0.0.1/8]", "proxies[0]", "10.0.0.0/8"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, where: str, allowed: str) -> None:
    """Each mistake is told with its place and what is allowed."""
    (mistake,) = mistakes(text)

    assert where in mistake.where
    assert allowed in mistake.allowed


TEAMS = (
    Team(
        name="shop",
        services=("checkout", "cart"),
        members=("alice@example.com",),
        admins=("group:leads",),
    ),
    Team(name="mail", services=("mail",), viewers=("alice@example.com",), members=("group:Leads",)),
    Team(name="platform", admins=("carol@example.com",)),
)


@pytest.mark.parametrize(
    ("otherwise", "email", "groups", "expected"),
    [
        (Role.VIEWER, "dave@example.com", (), Standing(everywhere=Role.VIEWER)),
        (Role.NONE, "dave@example.com", (), Standing(everywhere=Role.NONE)),
        (
            Role.VIEWER,
            "Alice@Example.com",
            (),
            Standing(everywhere=Role.VIEWER, within={"checkout": Role.MEMBER, "cart": Role.MEMBER}),
        ),
        (
            Role.NONE,
            "alice@example.com",
            ("leads",),
            Standing(
                everywhere=Role.NONE,
                within={"checkout": Role.ADMIN, "cart": Role.ADMIN, "mail": Role.MEMBER},
            ),
        ),
        (Role.MEMBER, "alice@example.com", (), Standing(everywhere=Role.MEMBER)),
        (Role.VIEWER, "carol@example.com", ("leads",), Standing(everywhere=Role.ADMIN)),
        (Role.NONE, "", ("carol@example.com",), Standing()),
        (Role.NONE, "group:leads", (), Standing()),
    ],
)
def test_the_highest_role_holds(
    otherwise: Role, email: str, groups: tuple[str, ...], expected: Standing
) -> None:
    """A person has the highest role that the default or any team gives, for each service."""
    assert standing(TEAMS, otherwise, email, groups) == expected


def test_a_digest_tells_a_change_and_no_value() -> None:
    """Which settings changed is told by name; a secret's value is in no digest, so that it cannot be searched for."""
    before = digests(config(WHOLE, OIDC_SECRET="one"))
    same = digests(config(WHOLE, OIDC_SECRET="two"))
    after = digests(
        config(WHOLE.replace("checkout", "cart").replace("8h", "9h"), OIDC_SECRET="one")
    )

    assert before == same
    assert changed(before, before) == []
    assert changed(before, after) == [
        "+services.cart",
        "-services.checkout",
        "sign_in",
        "teams.shop",
    ]


def test_a_password_of_the_database_is_in_no_digest() -> None:
    """Two passwords for one database are one setting."""
    one, other = (
        digests(config(f"database: 'postgresql://u:${{P}}@db/{n}'", P=p))
        for n, p in (("a", "1"), ("a", "2"))
    )

    assert one == other
