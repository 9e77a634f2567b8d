"""Verdicts and the assessments they were folded from: appended, never edited or deleted, which triggers enforce."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    update,
)

from shipwake.domain import Assessment, Health, ShipwakeError, Verdict
from shipwake.store.changes_table import CHANGES, folded
from shipwake.store.codec import decode, decode_assessment, encode, encode_assessment, pack
from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.sql import Sql, Turn

VERDICTS = Table(
    "verdicts",
    METADATA,
    Column("global_seq", Wide, primary_key=True, autoincrement=True),
    Column("change_id", Text, ForeignKey("changes.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("health", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("change_id", "seq"),
    sqlite_autoincrement=True,
)
ASSESSMENTS = Table(
    "assessments",
    METADATA,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("change_id", Text, ForeignKey("changes.id"), nullable=False),
    Column("sli", Text, nullable=False),
    Column("look", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("health", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("evidence", LargeBinary),
    UniqueConstraint("change_id", "sli", "look"),
    Index("ix_assessments_sli", "sli", "health", "at"),
)
MOVED = (Health.UNHEALTHY.value, Health.AILING.value, Health.IMPROVED.value)
HURT = (Health.UNHEALTHY.value, Health.AILING.value)


class Verdicts:
    """`tx.verdicts`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def append(self, verdict: Verdict, assessments: Sequence[Assessment]) -> int:
        """Append a verdict with the assessments that are new in it; returns its place among all verdicts.

        An assessment of a look that has one already is left out: the first stays. Raises
        ShipwakeError where the change has a verdict of this number, or is unknown.
        """
        for assessment in assessments:
            self._keep(assessment)
        # One transaction at a time from here to its end, so that the numbers become visible in
        # their order and a reader of `since` never passes one by.
        self._sql.serialise(Turn.VERDICT)
        place: int | None = self._sql.value(
            self._sql.insert(VERDICTS)
            .values(
                change_id=verdict.change,
                seq=verdict.seq,
                at=verdict.at,
                health=verdict.health.value,
                body=encode(verdict),
            )
            .on_conflict_do_nothing(index_elements=["change_id", "seq"])
            .returning(VERDICTS.c.global_seq)
        )
        if place is None:
            message = (
                f"the change {verdict.change} has a verdict {verdict.seq} already; "
                "read the newest one in the same transaction and count on from it"
            )
            raise ShipwakeError(message, permanent=False)
        newest = {
            "health": verdict.health.value,
            "verdict_seq": verdict.seq,
            "said": folded(verdict.sentence),
        }
        this = (CHANGES.c.id == verdict.change) & (CHANGES.c.verdict_seq < verdict.seq)
        self._sql.do(update(CHANGES).where(this).values(newest))
        return place

    def _keep(self, assessment: Assessment) -> None:
        insert = self._sql.insert(ASSESSMENTS).values(
            change_id=assessment.change,
            sli=assessment.sli,
            look=assessment.look,
            at=assessment.at,
            health=assessment.health.value,
            body=encode_assessment(assessment),
            evidence=None if assessment.evidence is None else pack(assessment.evidence),
        )
        self._sql.do(insert.on_conflict_do_nothing(index_elements=["change_id", "sli", "look"]))

    def of(self, change_id: str) -> list[Verdict]:
        """Every verdict of a change, oldest first."""
        found = select(VERDICTS.c.body).where(VERDICTS.c.change_id == change_id)
        return [decode(Verdict, r.body) for r in self._sql.rows(found.order_by(VERDICTS.c.seq))]

    def words(self, ids: Iterable[str]) -> dict[str, list[tuple[datetime, Health]]]:
        """When each verdict of these changes was given and its word, oldest first; none: left out."""
        found = select(VERDICTS.c.change_id, VERDICTS.c.at, VERDICTS.c.health)
        these = found.where(VERDICTS.c.change_id.in_(list(ids)))
        words: dict[str, list[tuple[datetime, Health]]] = {}
        for r in self._sql.rows(these.order_by(VERDICTS.c.change_id, VERDICTS.c.seq)):
            words.setdefault(r.change_id, []).append((r.at, Health(r.health)))
        return words

    def newest(self, change_id: str) -> Verdict | None:
        """The newest verdict of a change."""
        found = select(VERDICTS.c.body).where(VERDICTS.c.change_id == change_id)
        body: str | None = self._sql.value(found.order_by(VERDICTS.c.seq.desc()).limit(1))
        return decode(Verdict, body) if body else None

    def since(self, global_seq: int, limit: int) -> list[tuple[int, Verdict]]:
        """Verdicts of all changes after that place, in the order in which they became visible."""
        found = select(VERDICTS.c.global_seq, VERDICTS.c.body)
        after = found.where(VERDICTS.c.global_seq > global_seq).order_by(VERDICTS.c.global_seq)
        return [(r.global_seq, decode(Verdict, r.body)) for r in self._sql.rows(after.limit(limit))]

    def head(self) -> int:
        """The place of the newest verdict of all; 0 before the first."""
        return int(self._sql.value(select(func.max(VERDICTS.c.global_seq))) or 0)

    def hurt(self, change_id: str) -> set[str]:
        """The SLIs that this change was ever seen to hurt."""
        found = select(ASSESSMENTS.c.sli).distinct()
        hurt = found.where(ASSESSMENTS.c.change_id == change_id, ASSESSMENTS.c.health.in_(HURT))
        return {r.sli for r in self._sql.rows(hurt)}

    def assessments(self, change_id: str, *, evidence: bool = True) -> list[Assessment]:
        """The newest assessment of each SLI of a change, by SLI; `evidence` False is quicker."""
        newest = (
            select(ASSESSMENTS.c.sli, func.max(ASSESSMENTS.c.look).label("look"))
            .where(ASSESSMENTS.c.change_id == change_id)
            .group_by(ASSESSMENTS.c.sli)
            .subquery()
        )
        found = _read(evidence=evidence).join(
            newest,
            (ASSESSMENTS.c.change_id == change_id)
            & (ASSESSMENTS.c.sli == newest.c.sli)
            & (ASSESSMENTS.c.look == newest.c.look),
        )
        return [_assessment(r) for r in self._sql.rows(found.order_by(ASSESSMENTS.c.sli))]

    def assessment(self, change_id: str, sli: str, look: int | None = None) -> Assessment | None:
        """One look at one SLI (None: the newest), with its evidence."""
        found = _read(evidence=True).where(
            ASSESSMENTS.c.change_id == change_id, ASSESSMENTS.c.sli == sli
        )
        if look is not None:
            found = found.where(ASSESSMENTS.c.look == look)
        row = self._sql.first(found.order_by(ASSESSMENTS.c.look.desc()).limit(1))
        return _assessment(row) if row else None

    def history(self, change_id: str) -> list[Assessment]:
        """Every assessment of a change without its evidence, in the order of their looks."""
        found = _read(evidence=False).where(ASSESSMENTS.c.change_id == change_id)
        rows = self._sql.rows(
            found.order_by(ASSESSMENTS.c.at, ASSESSMENTS.c.sli, ASSESSMENTS.c.look)
        )
        return [_assessment(r) for r in rows]

    def of_sli(self, sli: str, limit: int) -> list[Assessment]:
        """The newest move of an SLI under each change, newest first; looks that found none are left out."""
        newest = (
            select(func.max(ASSESSMENTS.c.id).label("id"), func.max(ASSESSMENTS.c.at).label("at"))
            .where(ASSESSMENTS.c.sli == sli, ASSESSMENTS.c.health.in_(MOVED))
            .group_by(ASSESSMENTS.c.change_id)
            .order_by(func.max(ASSESSMENTS.c.at).desc())
            .limit(limit)
            .subquery()
        )
        found = _read(evidence=False).join(newest, ASSESSMENTS.c.id == newest.c.id)
        rows = self._sql.rows(found.order_by(newest.c.at.desc(), ASSESSMENTS.c.id.desc()))
        return [_assessment(r) for r in rows]


def _read(*, evidence: bool) -> Select[Any]:
    if evidence:
        return select(ASSESSMENTS.c.body, ASSESSMENTS.c.evidence)
    return select(ASSESSMENTS.c.body)


def _assessment(row: Row[Any]) -> Assessment:
    packed = row.evidence if len(row) > 1 else None
    return decode_assessment(row.body, packed)
