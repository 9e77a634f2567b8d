"""Measure the judge beside its peers: `make bench-judgement`; it refuses to measure on nothing.

Who interrupts it gets what was found until then, and a page that says so.
"""

import signal
import sys
import time

from bench.judgement.page import machine, write_page
from bench.judgement.report import Report, tables
from bench.judgement.run import Say, run
from bench.judgement.series import NoSeriesError
from bench.judgement.settings import Settings, read


def main() -> None:
    """Print the tables, write the page, and say how long it took."""
    settings = read(sys.argv[1:])
    begun = time.perf_counter()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also in the background, where a shell has interrupts ignored.
        signal.signal(number, signal.default_int_handler)

    def say(line: str) -> None:
        print(f"[{time.perf_counter() - begun:6.0f} s] {line}", file=sys.stderr, flush=True)

    say(machine())
    report = Report()
    try:
        run(settings, say, report)
    except NoSeriesError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        say("interrupted: what follows is what was found until then")
        sys.exit(130)
    finally:
        _tell(settings, report, say, begun)


def _tell(settings: Settings, report: Report, say: Say, begun: float) -> None:
    """The tables and the page of all that was found, also where a measure failed."""
    measured = report.measured
    if not measured:
        return
    for table in tables(measured):
        print(f"\n{table.text()}", flush=True)
    took = time.perf_counter() - begun
    for line in write_page(settings, report, measured, took):
        say(line)
    say(f"ended after {took / 60:.1f} minutes")


if __name__ == "__main__":
    main()
