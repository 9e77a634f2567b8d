"""Workers on other machines for a long replay: Dask's executor, the extra `dask`; it starts and stops no worker."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.util import find_spec

from shipwake.domain import ShipwakeError

CONNECT_S = 20
"""How long the scheduler is waited for."""


class ClusterError(ShipwakeError):
    """The cluster that a replay was to run on cannot be used: install the extra, or start its scheduler and workers."""


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """An executor on the Dask cluster whose scheduler is at `address`, and how many threads its workers have.

    Each worker needs this version of shipwake, and reads the folder at the same path. Raises ClusterError where Dask is
    not installed, and, not permanent, where no scheduler answers or no worker has come.
    """
    if find_spec("distributed") is None:
        message = "--cluster needs Dask, which is not installed: pip install 'shipwake[dask]'"
        raise ClusterError(message)
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except ValueError as error:
        message = f"--cluster {address!r} is no address; give that of a scheduler, such as tcp://10.0.0.7:8786"
        raise ClusterError(message) from error
    except OSError as error:
        message = f"no Dask scheduler answers at {address}; start one: dask scheduler"
        raise ClusterError(message, permanent=False) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            message = (
                f"the Dask scheduler at {address} has no worker; start one: dask worker {address}"
            )
            raise ClusterError(message, permanent=False)
        with client.get_executor(pure=False) as executor:
            yield executor, threads
