"""A replay on a Dask cluster: real workers in processes of their own, and plain words where there are none."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from shipwake.app import compose
from shipwake.replay import ClusterError, cluster, replay
from shipwake.sources.files import FileError
from tests.replay.made import write

OUT = "verdicts.jsonl"
NOWHERE = "127.0.0.1:0"
"""The page of a cluster needs a port of its own, or the second one of this machine fails."""


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalCluster]:
    """Two workers in processes of their own, one thread each."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=NOWHERE
    ) as two:
        yield two


def _shared(folder: Path, workers: LocalCluster) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "shipwake.cli", "replay", ".", "--out", OUT, "--no-later"]
    on = ["--cluster", workers.scheduler_address]
    return subprocess.run(
        [*command, *on], cwd=folder, env=os.environ, capture_output=True, text=True, check=False
    )


def test_a_cluster_writes_the_bytes_that_one_process_writes(
    tmp_path: Path, workers: LocalCluster
) -> None:
    """Shared among workers that know only the folder's path, a replay writes the same file."""
    folder = write(tmp_path / "past")
    shared = _shared(folder, workers)
    alone = list(replay(folder, compose, later=False))
    assert workers.scheduler is not None
    done = workers.scheduler.task_prefixes["collect"].state_counts["forgotten"]

    assert shared.returncode == 0, shared.stderr
    assert (folder / OUT).read_text() == "".join(json.dumps(x) + "\n" for x in alone)
    assert {x["health"] for x in alone} >= {"unhealthy"}
    assert done == 2


def test_a_worker_s_mistake_is_told_as_ours(tmp_path: Path, workers: LocalCluster) -> None:
    """What a worker cannot read ends the replay with the file and what to do, as it does in one process."""
    folder = write(tmp_path / "past")
    (folder / "samples.csv").write_text("sli,at,value\ncheckout latency,yesterday,1\n")
    shared = _shared(folder, workers)
    with pytest.raises(FileError) as alone:
        list(replay(folder, compose, later=False))

    assert shared.returncode == 64
    assert "samples.csv line 2 at" in shared.stderr
    assert shared.stderr.splitlines()[-1] == f"shipwake: {alone.value}"


def test_a_scheduler_without_workers_is_said(tmp_path: Path) -> None:
    """Rather than to wait for ever, and trying again may help."""
    with LocalCluster(n_workers=0, dashboard_address=NOWHERE) as empty:
        address = empty.scheduler_address
        with (
            pytest.raises(ClusterError, match="has no worker; start one") as raised,
            cluster(address),
        ):
            pass

    assert not raised.value.permanent


def test_what_is_no_scheduler_is_said() -> None:
    """An address in a form that Dask does not know is a usage error."""
    with pytest.raises(ClusterError, match="is no address") as raised, cluster("nonsense://x"):
        pass

    assert raised.value.permanent
