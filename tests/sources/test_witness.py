"""What may stand for a zero: only the total's own query with more matchers has a witness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.sources.promql import witness

QUERIES = st.text(alphabet="ab{}()[],=~!\"'`\\#\n 1m", max_size=40)


@pytest.mark.parametrize(
    ("part", "total", "expected"),
    [
        (
            'sum(increase(r{code=~"5.."}[1m]))',
            "sum(increase(r[1m]))",
            'sum(increase(r{code!=""}[1m]))',
        ),
        (
            'sum( rate(r{job="shop",code!~"2.."} [1m]) ) # errors',
            'sum(rate(r{job="shop"}[1m]))',
            'sum( rate(r{job="shop",code!=""} [1m]) ) # errors',
        ),
        (
            "sum(rate(r{code=\"500\", job='a}b'}[5m] offset 1m))",
            "sum(rate(r{job='a}b'}[5m] offset 1m))",
            "sum(rate(r{job='a}b',code!=\"\"}[5m] offset 1m))",
        ),
        (
            'sum(rate(r{code="500"}[1m])) + sum(rate(s{status="500"}[1m]))',
            "sum(rate(r[1m])) + sum(rate(s{}[1m]))",
            'sum(rate(r{code!=""}[1m])) + sum(rate(s{status!=""}[1m]))',
        ),
        ('{__name__="r",code="500"}', '{__name__="r"}', '{__name__="r",code!=""}'),
    ],
)
def test_more_matchers_have_a_witness(part: str, total: str, expected: str) -> None:
    """Each matcher that only the part has becomes one for the label alone, and all else stays as written."""
    assert witness(part, total) == expected


@pytest.mark.parametrize(
    ("part", "total"),
    [
        ("sum(rate(failures[1m]))", "sum(rate(r[1m]))"),
        ('sum(rate(r{code="500"}[5m]))', "sum(rate(r[1m]))"),
        ('sum(rate(r{code="500"}[1m]))', 'sum(rate(r{job="shop"}[1m]))'),
        ('sum(rate(r{code="500"}[1m]))', "sum(rate(r[1m])) + 1"),
        ('sum(rate(r{code="500"}[1m])) + 1', "sum(rate(r[1m]))"),
        ("sum(rate(r[1m]))", "sum(rate(r[1m]))"),
        ('sum(rate(r{code!=""}[1m]))', "sum(rate(r[1m]))"),
        ('sum(rate(r_bucket{le="0.3"}[1m]))', "sum(rate(r_bucket[1m]))"),
        ('sum(rate({__name__="r"}[1m]))', "sum(rate({}[1m]))"),
        ('sum(rate(r{code="500"[1m]))', "sum(rate(r[1m]))"),
        ("", ""),
    ],
)
def test_other_queries_have_none(part: str, total: str) -> None:
    """Another metric, range, function, a matcher less, or a label that parts no events: nothing is proven."""
    assert witness(part, total) is None


@given(part=QUERIES, total=QUERIES)
def test_any_text_is_borne(part: str, total: str) -> None:
    """Whatever is written as queries, the answer is another query or none."""
    found = witness(part, total)

    assert found is None or found != total
