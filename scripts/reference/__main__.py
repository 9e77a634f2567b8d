"""`make docs` writes every page anew; with `--check` it names the stale ones, and ends with 1."""

import argparse
import sys

from scripts.reference import (
    access_matrix,
    adapters,
    cli,
    http,
    metrics,
    page,
    reasons,
    settings,
)


def main() -> int:
    """Write the pages that are not what the code says, or name them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    is_check = parser.parse_args().check
    late = [found for found in (page.stale(*part) for part in parts()) if found]
    for path, wanted in late:
        print(f"{'stale' if is_check else 'written'}: docs/reference/{path.name}")
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted)
    return 1 if is_check and late else 0


def parts() -> list[tuple[str, str, str]]:
    """Each page's name, its title, and what the code says for it."""
    rooms = [(room, title, adapters.text(room)) for room, title in adapters.TITLES.items()]
    return [
        ("access-matrix", access_matrix.TITLE, access_matrix.text()),
        ("cli", cli.TITLE, cli.text()),
        ("http", http.TITLE, http.text()),
        ("metrics", metrics.TITLE, metrics.text()),
        ("reasons", reasons.TITLE, reasons.text()),
        ("settings", settings.TITLE, settings.text()),
        *rooms,
    ]


if __name__ == "__main__":
    sys.exit(main())
