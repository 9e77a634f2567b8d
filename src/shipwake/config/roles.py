"""Who may do what, as configured: sign-in, teams with their roles, limits; refuses to know a request or a session."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

from shipwake.config.secret import Secret

GROUP = "group:"
"""What a member begins with that is a group of the provider's, not an e-mail address."""
Network = IPv4Network | IPv6Network


class Role(StrEnum):
    """What a person may do, each more than the one before."""

    NONE = "none"
    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """The more, the higher."""
        return list(Role).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People with a role for some services (none: for everything); each is an e-mail address or `group:NAME`."""

    name: str
    services: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()

    def role(self, known_as: Collection[str]) -> Role:
        """The highest role of somebody known by any of these, in lower case."""
        ranks = (
            (self.admins, Role.ADMIN),
            (self.members, Role.MEMBER),
            (self.viewers, Role.VIEWER),
        )
        held = (role for people, role in ranks if any(p.casefold() in known_as for p in people))
        return next(held, Role.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """An OpenID Connect provider that says who somebody is, and the role of whoever is in no team."""

    issuer: str
    client_id: str
    client_secret: Secret = field(default_factory=lambda: Secret(""))
    name: str = "single sign-on"
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    groups: str = "groups"
    hosts: tuple[str, ...] = ()
    role: Role = Role.VIEWER
    lasts: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many requests a second are answered, ten seconds' worth at once; failures count a minute. 0: no limit."""

    key: int = 1000
    address: int = 50
    hooks: int = 1000
    failures: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Somebody's role for everything, and where it is higher by service."""

    everywhere: Role = Role.NONE
    within: Mapping[str, Role] = field(default_factory=dict)

    @property
    def highest(self) -> Role:
        """The highest role anywhere."""
        return max((self.everywhere, *self.within.values()), key=lambda role: role.rank)


def standing(teams: Iterable[Team], otherwise: Role, email: str, groups: Iterable[str]) -> Standing:
    """What the teams say of a person; `otherwise` holds for everything where no team gives more."""
    # Who calls themselves `group:leads` is in no group.
    named = {email.casefold()} if email and not email.casefold().startswith(GROUP) else set()
    known_as = named | {f"{GROUP}{g}".casefold() for g in groups}
    everywhere, within = otherwise, dict[str, Role]()
    for team in teams:
        role = team.role(known_as)
        if not team.services:
            everywhere = max(everywhere, role, key=lambda r: r.rank)
        for service in team.services:
            within[service] = max(within.get(service, Role.NONE), role, key=lambda r: r.rank)
    more = {s: r for s, r in within.items() if r.rank > everywhere.rank}
    return Standing(everywhere=everywhere, within=more)
