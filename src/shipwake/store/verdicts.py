"""Verdicts and the assessments they were folded from: appended, never edited or deleted, which triggers enforce."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
    update,
)

from shipwake.domain import Assessment, Health, ShipwakeError, Verdict
from shipwake.store.changes_table import CHANGES, folded
from shipwake.store.codec import decode, decode_assessment, encode, encode_assessment, pack
from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.sql import Adding, Sql, Turn

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
        self._before_verdicts(assessments)
        added = self._sql.add(_APPEND, **_verdict_row(verdict))
        if added is None:
            raise _given(verdict)
        self._sql.do(_CARRY, _carried(verdict))
        return int(added.global_seq)

    def append_all(self, verdicts: Sequence[Verdict], assessments: Sequence[Assessment]) -> None:
        """Append verdicts of different changes, in their order, with the assessments that are new in them.

        The same as `append` of each, in a few statements.
        """
        if not verdicts:
            return
        self._before_verdicts(assessments)
        added = self._sql.do(_APPEND_ALL[self._sql.dialect], [_verdict_row(v) for v in verdicts])
        if added != len(verdicts):
            raise _given(verdicts[0])
        self._sql.do(_CARRY, [_carried(v) for v in verdicts])

    def _before_verdicts(self, assessments: Sequence[Assessment]) -> None:
        if assessments:
            self._sql.do(_KEEP[self._sql.dialect], [_row(a) for a in assessments])
        # One transaction at a time from here to its end, so that the numbers become visible in
        # their order and a reader of `since` never passes one by.
        self._sql.serialise(Turn.VERDICT)

    def of(self, change_id: str) -> list[Verdict]:
        """Every verdict of a change, oldest first."""
        return [decode(Verdict, r.body) for r in self._sql.rows(_OF, {"change": change_id})]

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
        body: str | None = self._sql.value(_NEWEST, {"change": change_id})
        return decode(Verdict, body) if body else None

    def newest_of(self, changes: Sequence[str]) -> dict[str, Verdict]:
        """The newest verdict of each of these changes; one that has none is left out."""
        rows = self._sql.rows(_NEWEST_OF, {"changes": changes})
        return {r.change_id: decode(Verdict, r.body) for r in rows}

    def since(self, global_seq: int, limit: int) -> list[tuple[int, Verdict]]:
        """Verdicts of all changes after that place, in the order in which they became visible."""
        rows = self._sql.rows(_SINCE, {"after": global_seq, "most": limit})
        return [(r.global_seq, decode(Verdict, r.body)) for r in rows]

    def head(self) -> int:
        """The place of the newest verdict of all; 0 before the first."""
        return int(self._sql.value(_HEAD) or 0)

    def hurt_by(self, sli: str, since: datetime) -> set[str]:
        """The changes under which this SLI was ever seen to hurt at a look since then."""
        rows = self._sql.rows(_HURT_BY, {"of_sli": sli, "since": since})
        return {r.change_id for r in rows}

    def assessments(self, change_id: str, *, evidence: bool = True) -> list[Assessment]:
        """The newest assessment of each SLI of a change, by SLI; `evidence` False is quicker."""
        found = _LAST_WITH_EVIDENCE if evidence else _LAST
        return [_assessment(r) for r in self._sql.rows(found, {"change": change_id})]

    def assessments_of(
        self, changes: Sequence[str], *, but: Collection[tuple[str, str]] = ()
    ) -> dict[str, list[Assessment]]:
        """The newest assessment of each SLI of these changes, with its evidence, by change and then SLI.

        Those of `but`, pairs of change and SLI, are not read.
        """
        looked = self._sql.rows(_LAST_OF, {"changes": changes})
        wanted = [(r.change_id, r.sli, r.look) for r in looked if (r.change_id, r.sli) not in but]
        found: dict[str, list[Assessment]] = {}
        for change, sli, look in sorted(wanted):
            row = self._sql.first(_ONE, {"change": change, "of_sli": sli, "number": look})
            if row is not None:
                found.setdefault(change, []).append(_assessment(row))
        return found

    def assessment(self, change_id: str, sli: str, look: int | None = None) -> Assessment | None:
        """One look at one SLI (None: the newest), with its evidence."""
        wanted = {"change": change_id, "of_sli": sli, "number": look}
        row = self._sql.first(_ONE_LAST if look is None else _ONE, wanted)
        return _assessment(row) if row else None

    def history(self, change_id: str) -> list[Assessment]:
        """Every assessment of a change without its evidence, in the order of their looks."""
        return [_assessment(r) for r in self._sql.rows(_HISTORY, {"change": change_id})]

    def of_sli(self, sli: str, limit: int) -> list[Assessment]:
        """The newest move of an SLI under each change, newest first; looks that found none are left out."""
        rows = self._sql.rows(_MOVES, {"of_sli": sli, "most": limit})
        return [_assessment(r) for r in rows]


def _verdict_row(verdict: Verdict) -> dict[str, Any]:
    return {
        "change_id": verdict.change,
        "seq": verdict.seq,
        "at": verdict.at,
        "health": verdict.health.value,
        "body": encode(verdict),
    }


def _carried(verdict: Verdict) -> dict[str, Any]:
    """What its change shows of it."""
    return {
        "change": verdict.change,
        "new_health": verdict.health.value,
        "new_seq": verdict.seq,
        "sentence": folded(verdict.sentence),
    }


def _given(verdict: Verdict) -> ShipwakeError:
    message = (
        f"the change {verdict.change} has a verdict {verdict.seq} already; "
        "read the newest one in the same transaction and count on from it"
    )
    return ShipwakeError(message, permanent=False)


def _row(assessment: Assessment) -> dict[str, Any]:
    evidence = assessment.evidence
    return {
        "change_id": assessment.change,
        "sli": assessment.sli,
        "look": assessment.look,
        "at": assessment.at,
        "health": assessment.health.value,
        "body": encode_assessment(assessment),
        "evidence": None if evidence is None else pack(evidence),
    }


def _assessment(row: Row[Any]) -> Assessment:
    packed = row.evidence if len(row) > 1 else None
    return decode_assessment(row.body, packed)


_V, _A = VERDICTS.c, ASSESSMENTS.c
_OF_CHANGE = _V.change_id == bindparam("change")
_MINE = _A.change_id == bindparam("change")
_OF_SLI = _A.sli == bindparam("of_sli")
_KEEP = Adding(ASSESSMENTS, lambda insert: insert.on_conflict_do_nothing())
_APPEND = Adding(
    VERDICTS,
    lambda insert: insert.on_conflict_do_nothing(index_elements=["change_id", "seq"]).returning(
        _V.global_seq
    ),
)
_APPEND_ALL = Adding(
    VERDICTS,
    lambda insert: insert.on_conflict_do_nothing(
        index_elements=["change_id", "seq"]
    ).execution_options(
        # Else nothing is told of how many rows an insert made.
        preserve_rowcount=True
    ),
)
_CARRY = (
    update(CHANGES)
    .where(CHANGES.c.id == bindparam("change"), CHANGES.c.verdict_seq < bindparam("new_seq"))
    .values(
        health=bindparam("new_health"),
        verdict_seq=bindparam("new_seq"),
        said=bindparam("sentence"),
    )
)
_OF = select(_V.body).where(_OF_CHANGE).order_by(_V.seq)
_NEWEST = select(_V.body).where(_OF_CHANGE).order_by(_V.seq.desc()).limit(1)
_THESE: BindParameter[str] = bindparam("changes", expanding=True)
_LAST_SEQ = (
    select(_V.change_id, func.max(_V.seq).label("seq"))
    .where(_V.change_id.in_(_THESE))
    .group_by(_V.change_id)
    .subquery()
)
_NEWEST_OF = select(_V.change_id, _V.body).join(
    _LAST_SEQ, (_V.change_id == _LAST_SEQ.c.change_id) & (_V.seq == _LAST_SEQ.c.seq)
)
_SINCE = (
    select(_V.global_seq, _V.body)
    .where(_V.global_seq > bindparam("after"))
    .order_by(_V.global_seq)
    .limit(bindparam("most"))
)
_HEAD = select(func.max(_V.global_seq))
_HURT_BY = (
    select(_A.change_id).distinct().where(_OF_SLI, _A.health.in_(HURT), _A.at >= bindparam("since"))
)
_LAST_LOOKS = (
    select(_A.sli, func.max(_A.look).label("look")).where(_MINE).group_by(_A.sli).subquery()
)
_IS_LAST = _MINE & (_A.sli == _LAST_LOOKS.c.sli) & (_A.look == _LAST_LOOKS.c.look)
_LAST = select(_A.body).join(_LAST_LOOKS, _IS_LAST).order_by(_A.sli)
_LAST_WITH_EVIDENCE = select(_A.body, _A.evidence).join(_LAST_LOOKS, _IS_LAST).order_by(_A.sli)
_LAST_OF = (
    select(_A.change_id, _A.sli, func.max(_A.look).label("look"))
    .where(_A.change_id.in_(_THESE))
    .group_by(_A.change_id, _A.sli)
)
_ONE_LAST = select(_A.body, _A.evidence).where(_MINE, _OF_SLI).order_by(_A.look.desc()).limit(1)
_ONE = _ONE_LAST.where(_A.look == bindparam("number"))
_HISTORY = select(_A.body).where(_MINE).order_by(_A.at, _A.sli, _A.look)
_MOVED = (
    select(func.max(_A.id).label("id"), func.max(_A.at).label("at"))
    .where(_OF_SLI, _A.health.in_(MOVED))
    .group_by(_A.change_id)
    .order_by(func.max(_A.at).desc())
    .limit(bindparam("most"))
    .subquery()
)
_MOVES = (
    select(_A.body).join(_MOVED, _A.id == _MOVED.c.id).order_by(_MOVED.c.at.desc(), _A.id.desc())
)
