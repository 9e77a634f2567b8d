"""The talk's import that grows memory: all streets by postcode; refuses to be lazy."""

STREETS = {f"{code:06d}": (f"street {code}", code % 90) for code in range(125_000)}


def street(code: int) -> str:
    """Name the street of a postcode, or nothing when there is none."""
    return STREETS.get(f"{code:06d}", ("", 0))[0]
