"""Measure the judge beside its peers: `make bench-judgement`; it refuses to measure on nothing."""

import sys
import time

from bench.judgement.page import machine, write_page
from bench.judgement.run import run
from bench.judgement.series import NoSeriesError
from bench.judgement.settings import read


def main() -> None:
    """Print the tables, write the page, and say how long it took."""
    settings = read(sys.argv[1:])
    begun = time.perf_counter()

    def say(line: str) -> None:
        print(f"[{time.perf_counter() - begun:6.0f} s] {line}", file=sys.stderr, flush=True)

    say(machine())
    try:
        report = run(settings, say)
    except NoSeriesError as error:
        sys.exit(str(error))
    for table in report.tables:
        print(f"\n{table.text()}", flush=True)
    took = time.perf_counter() - begun
    for line in write_page(settings, report, took):
        say(line)
    say(f"done after {took / 60:.1f} minutes")


if __name__ == "__main__":
    main()
