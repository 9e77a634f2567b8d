"""What was asked before: answered again while it is believed, never without end."""

from datetime import timedelta

from shipwake.lookup.hosts import Memory
from shipwake.wire.clock import pause


def test_nothing_is_an_answer_too() -> None:
    """That somebody is not there is remembered like everything else."""
    memory: Memory[str, str | None] = Memory(timedelta(minutes=1))

    assert memory.recall("alice") is None
    assert memory.keep("alice", None) is None
    assert memory.recall("alice") == (None,)


def test_answers_grow_old() -> None:
    """After its age an answer is asked for again."""
    memory: Memory[str, int] = Memory(timedelta(milliseconds=10))
    memory.keep("a", 1)
    pause(0.02)

    assert memory.recall("a") is None


def test_the_oldest_make_room() -> None:
    """No more than the bound is held, and an answer that is given again is the newest."""
    memory: Memory[int, int] = Memory(timedelta(minutes=1), most=3)
    for number in (1, 2, 3, 1, 4):
        memory.keep(number, number)

    assert [memory.recall(n) for n in (1, 2, 3, 4)] == [(1,), None, (3,), (4,)]
