"""Notices for the tests of single channels."""

from datetime import UTC, datetime

from shipwake.domain import Health, Notice

BAD = Notice(
    change="alice-412",
    recipient="alice@example.com",
    channel="mail",
    revision=3,
    health=Health.UNHEALTHY,
    lines=(
        "🔴 shop #412 is unhealthy in production. Checkout errors rose 0.8 → 4.1 % since 11:02.",
        "Fits this change 98 %. Sure.",
        "Next look 11:12 UTC. See why: https://shipwake.example/changes/alice-412",
    ),
    at=datetime(2026, 2, 3, 11, 4, tzinfo=UTC),
    url="https://shipwake.example/changes/alice-412",
)
BACK = "11:43 checkout errors back to normal since 11:31 (29 min, ≈ 412 failed)."
