"""A database with many changes of the past, each with its people and a verdict, as the list shows them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from bench.scale.company import AT_ONCE, change_of, engine, fill_samples, row_of
from shipwake.domain import Health, Reason, Sure, Verdict
from shipwake.store.changes_table import CHANGES, PEOPLE, folded, names_of
from shipwake.store.codec import encode
from shipwake.store.verdicts import VERDICTS

YEAR = timedelta(days=365)
AUTHORS = 1_000
WORDS = (*[Health.HEALTHY] * 12, Health.IMPROVED, Health.AILING, Health.UNHEALTHY)


def stored(url: str, services: int, count: int) -> None:
    """So many changes over a year up to an hour ago, and 28 days of samples."""
    now = datetime.now(UTC)
    fill_samples(url, services, now)
    rows = _rows(now - timedelta(hours=1), services, count)
    with engine(url).begin() as connection:
        while part := list(islice(rows, AT_ONCE)):
            for table, i in ((CHANGES, 0), (PEOPLE, 1), (VERDICTS, 2)):
                connection.execute(table.insert(), [r for each in part for r in each[i]])


def _rows(
    newest: datetime, services: int, count: int
) -> Iterator[tuple[list[dict[str, Any]], ...]]:
    for i in range(count):
        made = change_of(f"c{i}", f"s{i % services}", newest - YEAR * i / count)
        author = replace(made.authors[0], email=f"alice{i % AUTHORS}@example.com")
        made = replace(made, authors=(author,))
        word = WORDS[i * 7 % len(WORDS)]
        verdict = Verdict(
            change=made.id,
            seq=1,
            at=(made.at or newest) + timedelta(minutes=3),
            health=word,
            reason=Reason.NORMAL,
            sure=Sure.SURE,
            sentence=f"what became of {made.title}, in about as many words as a sentence has",
        )
        said = {"health": word.value, "verdict_seq": 1, "said": folded(verdict.sentence)}
        yield (
            [row_of(made) | said],
            [{"change_id": made.id, "name": name} for name in sorted(names_of(made))],
            [
                {
                    "change_id": made.id,
                    "seq": 1,
                    "at": verdict.at,
                    "health": word.value,
                    "body": encode(verdict),
                }
            ],
        )
