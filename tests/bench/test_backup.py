"""A backup that is taken under load is what was acknowledged by then, on a real server."""

from bench import backup


def test_a_backup_under_load_is_what_was_acknowledged() -> None:
    """Nothing acknowledged before it began is missing, nothing differs after going back, nothing is foreign."""
    said = list(backup.measure(load_s=2.0))

    assert "none" in next(line for line in said if line.startswith("tables of the copy"))
    assert next(line for line in said if "missing in it" in line).endswith(": 0")
