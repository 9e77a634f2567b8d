"""Named places where a crash must lose nothing; a test sets SHIPWAKE_CRASH_POINT and the process dies right there."""

import os

CRASH_POINTS = (
    "after the raw body is stored",
    "after the change is merged",
    "after a lease",
    "after samples",
    "before the look is committed",
    "after the look is committed",
    "after put, before its ref is stored",
)
_DIE_AT = os.environ.get("SHIPWAKE_CRASH_POINT", "")


def crash_point(name: str) -> None:
    """Die here without any clean-up if the environment asked for this point; otherwise nothing."""
    if name == _DIE_AT:
        os._exit(86)
