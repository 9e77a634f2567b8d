"""What a deployed version carries; refuses traits that nobody wrote."""

from __future__ import annotations

from dataclasses import dataclass

TRAITS = {
    "bulky_import": "imports a table that grows memory by about 40 %",
    "busy_import": "imports a module that burns CPU on every request",
    "loud_mail": "writes a third of the mail so that the spam filter takes it",
    "slow_query": "asks the database a question that no index answers",
    "failing": "fails three requests in a hundred",
    "pair_cache": "keeps the answer of the dearest query (an improvement)",
}


FAILING_FROM = 97  # of the references 0 to 99: three in a hundred


@dataclass(frozen=True, slots=True)
class Version:
    """One revision (40 hex digits) of one service and the traits it runs with."""

    revision: str
    traits: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a trait that is not in TRAITS."""
        unknown = self.traits - TRAITS.keys()
        if unknown:
            message = f"unknown traits {sorted(unknown)}: allowed are {sorted(TRAITS)}"
            raise ValueError(message)

    @property
    def short(self) -> str:
        """The first seven digits, as people write them."""
        return self.revision[:7]

    def encode(self) -> str:
        """Write the version as SHOP_VERSION holds it: `revision` or `revision+trait+trait`."""
        return "+".join([self.revision, *sorted(self.traits)])

    def has(self, trait: str) -> bool:
        """Whether this version carries the trait."""
        return trait in self.traits


def decode(text: str) -> Version:
    """Read what `Version.encode` wrote."""
    revision, *traits = text.split("+")
    return Version(revision, frozenset(traits))
