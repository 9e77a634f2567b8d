"""What a team would pick instead, each from its own package, in an environment that is not the product's.

Nothing here imports shipwake: these run by another interpreter, on samples laid on a shelf.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import cast

from bench.judgement.peers.seen import Learn


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One method: its name in tables, the package it comes from ("" for a few lines of numpy) and its file here.

    A `slow` one is asked of some of the cases only. `stands` says with what settings it ran.
    """

    name: str
    package: str
    module: str
    slow: bool
    stands: str

    def load(self) -> Learn:
        """What learns from the samples before a change; raises ImportError where its package is missing."""
        module = import_module(f"bench.judgement.peers.{self.module.partition(':')[0]}")
        return cast("Callable[..., Learn]", getattr(module, self.module.partition(":")[2]))()

    def version(self) -> str | None:
        """The installed package with its version; None where it is missing."""
        try:
            package = self.package or "numpy"
            return f"{package} {version(package)}"
        except PackageNotFoundError:
            return None


PEERS = (
    Peer(
        name="Mann-Whitney (Kayenta's way)",
        package="scipy",
        module="mann_whitney:learner",
        slow=True,
        stands="60 samples before against all after, one-sided at 1 %, near end of the interval beyond ¼ of the shift",
    ),
    Peer(
        name="mixture SPRT",
        package="",
        module="sprt:learner",
        slow=False,
        stands="always valid at 1 %, 60 samples before, mixing variance that of the samples",
    ),
    Peer(
        name="three sigma",
        package="",
        module="three_sigma:learner",
        slow=False,
        stands="mean since the change against mean and deviation of the last seven days",
    ),
    Peer(
        name="PyOD ECOD",
        package="pyod",
        module="outliers:ecod",
        slow=True,
        stands="windows of 3 samples, 7 days, contamination 1 %, more than half of the samples outlying and high",
    ),
    Peer(
        name="PyOD IForest",
        package="pyod",
        module="outliers:iforest",
        slow=True,
        stands="as ECOD, its seed fixed",
    ),
    Peer(
        name="ruptures PELT",
        package="ruptures",
        module="pelt:learner",
        slow=True,
        stands="least squares, penalty 3 log n in noise², 240 samples before, a break within 3 samples of the change",
    ),
    Peer(
        name="Apache Otava",
        package="apache-otava",
        module="divisive:learner",
        slow=True,
        stands="its defaults (window 50, p 0.001), 240 samples before, a point within 3 samples of the change",
    ),
)
