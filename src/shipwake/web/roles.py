"""What a person's role lets them do; refuses to let anybody in whose role is gone, from the next request on."""

from collections.abc import Iterable

from shipwake.config import Config, Role, Standing, standing
from shipwake.web.access import Scope

SCOPES: dict[Role, frozenset[str]] = {
    Role.NONE: frozenset(),
    Role.VIEWER: frozenset({Scope.READ}),
    Role.MEMBER: frozenset({Scope.READ, Scope.CHANGES_WRITE}),
    Role.ADMIN: frozenset({Scope.ADMIN}),
}


def standing_of(config: Config, email: str, groups: Iterable[str]) -> Standing:
    """What the configuration says of a person now; nothing where no provider is configured any more."""
    if config.sign_in is None:
        return Standing()
    return standing(config.teams, config.sign_in.role, email, groups)


def scopes_of(found: Standing) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """The scopes for everything, and those by service; whoever has any role reads everything."""
    everywhere = SCOPES[found.everywhere]
    if found.highest is not Role.NONE:
        everywhere |= {Scope.READ}
    return everywhere, {service: SCOPES[role] for service, role in found.within.items()}
