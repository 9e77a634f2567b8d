"""Made-up series of known make: a folder of them for who has no data, and futures that differ by chance alone.

What is measured on them is labelled so: no generator is as odd as what is real.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.judgement.families import Chance
from shipwake.domain import Floats

DAY_S = 86_400.0
FARTHEST = 200
"""Samples after which an earlier shock is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Noise whose neighbours are alike (correlation `echo`) around a daily wave; as a logarithm if `skewed`."""

    name: str
    echo: float
    wave: float
    skewed: bool = False
    step_s: float = 60.0

    def past(self, length: int, chance: Chance) -> tuple[Floats, float]:
        """`length` samples, and the noise of the last one, from which the future goes on."""
        shocks = chance.standard_normal(length + FARTHEST)
        noise = np.convolve(shocks, self.echo ** np.arange(FARTHEST), "valid")[1 : length + 1]
        return self._shown(noise, 0), float(noise[-1])

    def futures(self, begun: int, last: float, number: int, chance: Chance) -> Floats:
        """`number` futures of sixty samples each that follow `begun` samples."""
        noise = np.empty((number, 60))
        now = np.full(number, last)
        for slot in range(60):
            now = self.echo * now + chance.standard_normal(number)
            noise[:, slot] = now
        return self._shown(noise, begun)

    def _shown(self, noise: Floats, begin: int) -> Floats:
        at = (begin + np.arange(noise.shape[-1])) * self.step_s / DAY_S
        wave = self.wave * np.sin(2 * np.pi * at)
        if self.skewed:
            return np.asarray(200 * np.exp(0.1 * (wave + noise)))
        return np.asarray(100 + wave + noise)


PROCESSES = (
    Process(name="white noise", echo=0.0, wave=0.0),
    Process(name="a daily wave, noise that lasts", echo=0.8, wave=3.0),
    Process(name="latency-like, skewed", echo=0.5, wave=2.0, skewed=True),
)


def write_series(folder: Path, seed: int, hosts: int = 8, length: int = 3000) -> None:
    """A folder of made-up series as `series.read_series` wants it: hosts whose metrics move together, and requests."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(seed)
    index: list[dict[str, str]] = []
    arrays: dict[str, Any] = {}
    times = np.asarray(1.7e9 + 300.0 * np.arange(length), dtype=np.float64)
    for host in range(hosts):
        shared, _ = PROCESSES[host % 3].past(length, chance)
        for metric in range(5):
            name = f"host-{host}.m{metric}"
            process = Process(name="", echo=0.6, wave=2.0, step_s=300.0)
            own, _ = process.past(length, chance)
            values = own + (shared - shared.mean()) / shared.std()
            kind = "request_count" if metric == 4 else "other"
            index.append({"dataset": "generated", "id": name, "kind": kind})
            arrays |= {f"{name}/t": times, f"{name}/v": values}
    np.savez(folder / "generated.npz", **arrays)
    (folder / "index.json").write_text(json.dumps(index))
