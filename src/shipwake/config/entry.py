"""The sections about who gets in (`sign_in:`, `teams:`, `limits:`) and the proxies that are believed."""

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_network

from shipwake.config import read
from shipwake.config.field import Field
from shipwake.config.mistake import Mistake
from shipwake.config.roles import GROUP, Limits, Network, Role, SignIn, Team
from shipwake.config.scalars import is_loopback
from shipwake.config.table import Setting, Table

PERSON = re.compile(r"[^@\s]+@[^@\s]+")
HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=30)
MOST_A_SECOND = 1_000_000


class Given(StrEnum):
    """The roles that whoever signs in may have without a team; `admin` is none of them."""

    NONE = "none"
    VIEWER = "viewer"
    MEMBER = "member"


def issuer(field: Field) -> str:
    """The provider's address: https, or this machine's own."""
    found = read.url("http", "https")(field)
    parts = read.split_url(found)
    if parts is None or parts.query or parts.fragment:
        raise field.wrong("an address without ? and #")
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise field.wrong("an address that starts with https://")
    return found


def someone(field: Field) -> str:
    """An e-mail address, or `group:NAME`."""
    found = read.text(field)
    if not PERSON.fullmatch(found) and not (found.startswith(GROUP) and found != GROUP):
        raise field.wrong(f"an e-mail address, or {GROUP}NAME for a group of the provider's")
    return found


def host(field: Field) -> str:
    """A host's name, with its port where it is no usual one."""
    found = read.text(field)
    if not HOST.fullmatch(found):
        raise field.wrong("a host such as login.example.com, without https://")
    return found.casefold()


def network(field: Field) -> Network:
    """An address, or a network such as `10.0.0.0/8`."""
    try:
        return ip_network(read.text(field))
    except ValueError as error:
        raise field.wrong("an IP address, or a network such as 10.0.0.0/8") from error


SIGN_IN = Table(
    (
        Setting(
            "issuer",
            issuer,
            "The OpenID Connect provider's address, exactly as its discovery document says it.",
            required=True,
        ),
        Setting("client_id", read.text, "What the provider calls us.", required=True),
        Setting(
            "client_secret",
            read.secret,
            "What we show the provider; absent for a public client, which PKCE alone protects.",
        ),
        Setting("name", read.text, "What the sign-in page calls the provider."),
        Setting(
            "scopes",
            read.list_of(read.text),
            "What we ask the provider for; `[openid, email, profile]` where absent.",
        ),
        Setting(
            "groups", read.text, "The claim that lists a person's groups; `groups` where absent."
        ),
        Setting(
            "hosts",
            read.list_of(host),
            "Further hosts of the provider's, where its discovery document leads away from the issuer's own.",
        ),
        Setting(
            "role",
            read.choice(Given),
            "The role of whoever signs in and is in no team: `viewer` where absent, `member`, or `none`.",
        ),
        Setting(
            "lasts",
            read.duration(SHORTEST, LONGEST),
            "How long somebody stays signed in before the provider is asked anew; `12h` where absent.",
        ),
    )
)
LIMITS = Table(
    (
        Setting(
            "key",
            read.whole(0, MOST_A_SECOND),
            "Requests a second of one token or signed-in browser.",
        ),
        Setting(
            "address",
            read.whole(0, MOST_A_SECOND),
            "Requests a second without a valid key, from one address.",
        ),
        Setting("hooks", read.whole(0, MOST_A_SECOND), "Deliveries a second from one address."),
        Setting(
            "failures",
            read.whole(0, MOST_A_SECOND),
            "Wrong tokens, wrong signatures or failed sign-ins a minute, from one address.",
        ),
    )
)


def team_of(services: Collection[str]) -> Table:
    """The table of one team; its services are among these."""
    people = read.list_of(someone)
    return Table(
        (
            Setting("name", read.text, "What we call it.", required=True),
            Setting(
                "services",
                read.list_of(read.name_of("service", services)),
                "The services that its roles hold for; absent: all, and everything else.",
            ),
            Setting("viewers", people, "Who may read: e-mail addresses, or `group:NAME`."),
            Setting("members", people, "Who may also reply, and tell of changes."),
            Setting(
                "admins",
                people,
                "Who may also map names; without `services` also see who did what, and everything else.",
            ),
        )
    )


def sign_in(field: Field) -> SignIn:
    """The provider; raises MistakesError."""
    said = SIGN_IN(field)
    if "openid" not in said.get("scopes", ("openid",)):
        raise field.entries()["scopes"].wrong("a list with openid in it")
    return SignIn(**said | ({"role": Role(said["role"])} if "role" in said else {}))


def teams(field: Field, services: Collection[str]) -> tuple[Team, ...]:
    """Every team; raises MistakesError."""
    table = team_of(services)
    return read.list_of(lambda f: Team(**table(f)), key=lambda team: team.name)(field)


def limits(field: Field) -> Limits:
    """How much is answered; raises MistakesError."""
    return Limits(**LIMITS(field))


proxies = read.list_of(network)


def check_people(values: Mapping[str, object], entries: Mapping[str, Field]) -> list[Mistake]:
    """Teams are of no use where nobody can say who they are."""
    if values.get("teams") and "sign_in" in entries and entries["sign_in"].value is not None:
        return []
    if values.get("teams"):
        return [entries["teams"].mistake("teams only together with sign_in:", read="teams alone")]
    return []
