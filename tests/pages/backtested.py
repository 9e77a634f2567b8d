"""A made-up backtest for the tests of store, page and API: three SLIs, one message, one SLI that is too short."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shipwake.backtest.portion import portion
from shipwake.domain import (
    Advice,
    Backtest,
    Health,
    PastMessage,
    PlacePast,
    Sight,
    SliPast,
)

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SENTENCE = "checkout errors rose 1 → 6.1 % since 10:02 (2 min after the deploy)"


def sights(*sizes: tuple[float, float | None] | None) -> tuple[Sight, ...]:
    """What is seen after five, fifteen and sixty minutes; None where nothing is."""
    return tuple(
        Sight(
            samples=n,
            after_s=60.0 * n,
            size=size[0] if size else None,
            relative=size[1] if size else None,
            largest=10_000.0,
            moments=120,
        )
        for n, size in zip((5, 15, 60), sizes, strict=True)
    )


def sli(name: str, **more: object) -> SliPast:
    """One SLI of checkout that was judged at 400 moments."""
    facts: dict[str, Any] = {
        "sli": name,
        "service": "checkout",
        "environment": "production",
        "unit": "ms",
        "changes": 40,
        "worse": 2,
        "improved": 1,
        "unknown": 0,
        "false_worse": portion(2, 400),
        "false_improved": portion(0, 400),
        "sights": sights((24.0, 0.24), (13.0, 0.13), (8.5, 0.085)),
        "notice": "15%",
    }
    return SliPast(**{**facts, **more})


def message() -> PastMessage:
    """The one that a deploy of three days ago would have brought."""
    return PastMessage(
        change="d-1",
        name="#412 Quote <in> parallel",
        service="checkout",
        environment="production",
        at=AT - timedelta(days=3),
        health=Health.UNHEALTHY,
        said_at=AT - timedelta(days=3) + timedelta(minutes=3),
        sentence=SENTENCE,
    )


def backtested(**more: object) -> Backtest:
    """Twenty-eight days of checkout and mail."""
    facts: dict[str, Any] = {
        "at": AT,
        "since": AT - timedelta(days=28),
        "until": AT,
        "took_s": 84.0,
        "caution": 0.01,
        "monthly": 43.0,
        "changes": 40,
        "told": 1,
        "worse": 1,
        "improved": 0,
        "unknown": 3,
        "false_worse": portion(4, 700),
        "false_improved": portion(1, 700),
        "false_either": portion(5, 700),
        "advice": Advice(caution=0.01, false_now=0.86, false_then=0.86, why="the default will do"),
        "places": tuple(
            PlacePast(
                service=name,
                environment="production",
                slis=2,
                changes=20,
                worse=1,
                improved=0,
                unknown=3,
                false_worse=portion(2, 350),
                false_improved=portion(0, 350),
            )
            for name in ("checkout", "mail")
        ),
        "slis": (
            sli("checkout latency"),
            sli(
                "checkout errors",
                unit="%",
                sights=sights(None, (0.8, 0.8), (0.4, 0.4)),
                notice="0.8 points",
            ),
            sli(
                "mail delivered",
                service="mail",
                changes=0,
                false_worse=portion(0, 0),
                false_improved=portion(0, 0),
                sights=(),
                notice="",
                why="the past is too short for a placebo moment after its first quarter",
            ),
        ),
        "messages": (message(),),
        "missing": ("queue depth: the source 'prom' is not configured",),
    }
    return Backtest(**{**facts, **more})
