"""Five words, their order, and a meaning for each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.domain import EXIT_CODES, WORST_FIRST, Health, Reason, worst

WORDS = st.lists(st.sampled_from(Health))


def test_there_are_five_words() -> None:
    """Health has exactly five words, ordered once from worst to least known."""
    assert [str(h) for h in WORST_FIRST] == [
        "unhealthy",
        "ailing",
        "improved",
        "healthy",
        "unknown",
    ]
    assert set(WORST_FIRST) == set(Health)


@given(words=WORDS)
def test_the_worst_is_one_of_them(words: list[Health]) -> None:
    """The worst word is one of those given, and none of those given is worse."""
    found = worst(words)

    assert found in words or (not words and found is Health.UNKNOWN)
    assert all(WORST_FIRST.index(found) <= WORST_FIRST.index(w) for w in words)


@given(one=WORDS, other=WORDS)
def test_the_worst_of_parts_is_the_worst_of_all(one: list[Health], other: list[Health]) -> None:
    """Words can be folded in any grouping and order."""
    assert worst([worst(one), worst(other)]) is worst(other + one)


def test_nothing_judged_is_unknown() -> None:
    """Without any word, or with unknown ones alone, the worst is unknown; one known word is enough."""
    assert worst([]) is Health.UNKNOWN
    assert worst([Health.UNKNOWN] * 3) is Health.UNKNOWN
    assert worst([Health.UNKNOWN, Health.HEALTHY]) is Health.HEALTHY


@pytest.mark.parametrize("word", Health)
def test_each_word_has_a_meaning(word: Health) -> None:
    """Each word is explained in one sentence."""
    assert word.meaning.endswith(".")
    assert word.meaning.count(".") == 1


def test_only_two_words_hurt() -> None:
    """The author has something to do for ailing and unhealthy alone."""
    assert {w for w in Health if w.hurts} == {Health.AILING, Health.UNHEALTHY}


def test_exit_codes() -> None:
    """The command line ends 0 for good news, 1 for unhealthy, 2 for ailing, 3 for unknown."""
    assert {str(w): code for w, code in EXIT_CODES.items()} == {
        "healthy": 0,
        "improved": 0,
        "unhealthy": 1,
        "ailing": 2,
        "unknown": 3,
    }


def test_reasons_are_words() -> None:
    """Each reason is written in plain words, as its heading in the reference is."""
    assert all(r == r.lower() and r.replace(" ", "").isalpha() for r in Reason)
