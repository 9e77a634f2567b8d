"""The table of changes, with the columns that pages filter, sort and search by; and whose changes they are."""

import unicodedata

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from shipwake.domain import Change
from shipwake.store.columns import METADATA, Instant

CHANGES = Table(
    "changes",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("mapped", Boolean, nullable=False),
    # When it went live, else when it started, else when it was heard: what the list is sorted by.
    Column("shown_at", Instant, nullable=False),
    Column("at", Instant),
    Column("heard_at", Instant, nullable=False),
    Column("stem", Text, nullable=False),
    Column("health", Text),
    Column("verdict_seq", Integer, nullable=False, server_default="0"),
    Column("words", Text, nullable=False),
    Column("said", Text, nullable=False, server_default=text("''")),
    # Set where it turned out to be the same as an older one, which goes on for both.
    Column("merged_into", Text, ForeignKey("changes.id")),
    Column("body", Text, nullable=False),
    Index("ix_changes_shown", "shown_at", "id", "health", "merged_into"),
    Index("ix_changes_environment", "environment", "shown_at", "id", "health", "merged_into"),
    Index(
        "ix_changes_service", "service", "shown_at", "id", "health", "environment", "merged_into"
    ),
    Index("ix_changes_health", "health", "shown_at", "id", "merged_into"),
    Index("ix_changes_kind", "kind", "shown_at", "id", "health", "merged_into"),
    Index("ix_changes_stem", "stem"),
)
Index(
    "ix_changes_unmapped",
    CHANGES.c.id,
    sqlite_where=CHANGES.c.mapped.is_(False),
    postgresql_where=CHANGES.c.mapped.is_(False),
)
PEOPLE = Table(
    "change_people",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("change_id", Text, ForeignKey("changes.id"), primary_key=True),
    Index("ix_change_people_change", "change_id"),
)


def folded(text: str) -> str:
    """Text as it is searched: without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def words_of(change: Change) -> str:
    """All that the search finds a change by, folded."""
    people = [part for p in change.people for part in (p.name, p.login, p.email)]
    links = [part for link in change.links for part in (link.title, link.number)]
    commits = [part for c in change.commits for part in (c.sha, c.title)]
    plain = [
        change.title,
        change.service,
        change.environment,
        change.heard_service,
        change.heard_environment,
        change.repository,
        change.revision,
        change.id,
    ]
    return folded("\n".join(filter(None, (*plain, *people, *change.tags, *links, *commits))))


def names_of(change: Change) -> set[str]:
    """Every name a change's authors can be filtered by, without case."""
    parts = (part for p in change.people for part in (p.name, p.login, p.email))
    return {part.casefold() for part in parts if part}
