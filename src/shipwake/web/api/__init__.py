"""The routes under /api/v1 and the gate; each module is one noun."""

from shipwake.web.api import backtests, changes, gate, replies, samples, slis, stream

routers = (
    replies.router,
    changes.router,
    samples.router,
    slis.router,
    backtests.router,
    gate.router,
    stream.router,
)
"""Every router of the API; replies before changes, whose ids may hold any character, slashes too."""

__all__ = ["routers"]
