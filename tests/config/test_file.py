"""The configuration file: what it may hold, and what is said of what it may not."""

import os
import pickle
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.config import SECTIONS, SETTINGS, ConfigError, default, load, parse
from shipwake.domain import Better, NoticeSize, Rate, SliKind
from tests.config.yaml import config, mistakes

WHOLE = """\
    services:
      - {name: checkout, repository: acme/checkout, owners: [ada@example.com]}
    environments:
      - {name: production, aliases: ["prod-*"]}
    slis:
      - {name: checkout errors, service: checkout, environment: production, kind: ratio, step: 60s,
         better: lower, unit: "%", notice: 10%, objective: 99.9%, bad: errors, total: requests}
      - {name: checkout p95, service: checkout, kind: gauge, step: 1m30s, unit: ms, notice: 5 ms}
    watch: {looks: [1, 2], unit: 1s, later: [4h, 7d]}
    caution: 2%
    healthy_messages: no
    max_body: 1MB
"""


def test_a_whole_file_is_read() -> None:
    """Each section becomes plain values with their units resolved."""
    read = config(WHOLE)
    errors, p95 = read.slis

    assert [s.name for s in read.services] == ["checkout"]
    assert errors.kind is SliKind.RATIO
    assert errors.better is Better.LOWER
    assert (errors.step, p95.step) == (timedelta(minutes=1), timedelta(seconds=90))
    assert (errors.notice, p95.notice) == (NoticeSize(relative=0.1), NoticeSize(absolute=5))
    assert errors.objective == pytest.approx(0.999)
    assert errors.query == {"bad": "errors", "total": "requests"}
    assert read.watch.looks == (1, 2)
    assert read.watch.later == (timedelta(hours=4), timedelta(days=7))
    assert (read.caution, read.healthy_messages, read.max_body) == (0.02, False, 1024**2)


def test_without_a_file_the_defaults_hold() -> None:
    """An empty configuration listens on loopback, asks for tokens and keeps SQLite."""
    read = default({})

    assert (read.host, read.port, read.auth) == ("127.0.0.1", 7447, "tokens")
    assert read.database.startswith("sqlite:///")
    assert [a.kind for a in read.lookup] == ["event"]


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    """Mistakes in different sections come in one error, in the order of their lines."""
    found = mistakes(
        """\
        services: [{name: checkout, owner: ada}]
        slis:
          - name: checkout errors
            service: chekout
            step: 60
        watch:
          unit: 0s
        caution: 120%
        """
    )

    assert [m.where for m in found] == [
        "shipwake.yaml:1 services[0].owner",
        "shipwake.yaml:4 slis[0].service",
        "shipwake.yaml:5 slis[0].step",
        "shipwake.yaml:7 watch.unit",
        "shipwake.yaml:8 caution",
    ]
    assert "did you mean 'owners'?" in found[0].allowed
    assert "did you mean 'checkout'?" in found[1].allowed
    assert found[2].read == "60"


@pytest.mark.parametrize(
    ("text", "where", "allowed"),
    [
        ("slis: [{name: a, step: 0s}]", "slis[0].step", "from 1s to 1d"),
        ("slis: [{name: a, step: -5s}]", "slis[0].step", "with its unit"),
        ("slis: [{name: a, step: 99999999w}]", "slis[0].step", "with its unit"),
        ("slis: [{name: a, step: [1]}]", "slis[0].step", "with its unit"),
        ("slis: [{name: a, notice: -1}]", "slis[0].notice", "a percentage"),
        ("slis: [{name: a, notice: 0%}]", "slis[0].notice", "a percentage"),
        ("slis: [{name: a, notice: .nan}]", "slis[0].notice", "a percentage"),
        ("slis: [{name: a, notice: 5 s, unit: ms}]", "slis[0].notice", "5 ms"),
        ("slis: [{name: a, objective: high}]", "slis[0].objective", "99.9%"),
        ("slis: [{name: a, required: 1}]", "slis[0].required", "true or false"),
        ("slis: [{name: true}]", "slis[0].name", "text, in quotes"),
        ("slis: [{name: ''}]", "slis[0].name", "not empty"),
        ('slis: [{name: "a\\0b"}]', "slis[0].name", "control characters"),
        ("slis: [{name: a, kind: ratio, bad: x}]", "slis[0].name", "total, both"),
        ("slis: [{name: a, kind: ratio, query: x}]", "slis[0].query", "total"),
        ("slis: [{name: a, bad: x, total: y}]", "slis[0].bad", "kind: ratio"),
        ("slis: [{name: a, kind: ratio, bad: x, good: z, total: y}]", "slis[0].good", "not both"),
        ("slis: [{name: a, source: prom}]", "slis[0].source", "push"),
        ("slis: [{name: a}, {name: a}]", "slis[1]", "line 1"),
        ("slis: {name: a}", "slis", "a list"),
        ("slis: [a]", "slis[0]", "a table"),
        ("services: [{name: a}, {name: a}]", "services[1]", "each once"),
        ("environments: [{aliases: [p]}]", "environments[0].name", "required"),
        ("watch: {looks: [5, 3]}", "watch.looks", "rise"),
        ("watch: {looks: []}", "watch.looks", "rise"),
        ("watch: {looks: [0]}", "watch.looks[0]", "from 1"),
        ("watch: {later: [7d, 4h]}", "watch.later", "rise"),
        ("caution: 0", "caution", "share from"),
        ("caution: true", "caution", "a number"),
        ("false_alarms: 1", "false_alarms", "1 per month"),
        ("false_alarms: 0 per month", "false_alarms", "1 per month"),
        ("false_alarms: 1 per year", "false_alarms", "1 per month"),
        ("caution: 1%\nfalse_alarms: 1 per month", "false_alarms", "not both"),
        ("slis: [{name: a, detector: pyod.Magic}]", "slis[0].detector", "pyod.ECOD"),
        ("slis: [{name: a, detector: ECOD}]", "slis[0].detector", "did you mean 'pyod.ECOD'?"),
        ("slis: [{name: a, detector: pyod.ecod}]", "slis[0].detector", "'pyod.ECOD'?"),
        ("port: 70000", "port", "65535"),
        ("max_body: lots", "max_body", "25MB"),
        ("url: ftp://x", "url", "http://"),
        ("url: http://", "url", "names a host"),
        ("database: mysql://x/y", "database", "sqlite:///"),
        ("{auth: none, host: 0.0.0.0}", "auth", "loopback"),
        ("sliss: []", "sliss", "did you mean 'slis'?"),
        ("slis: []\nslis: []", "slis", "each key once"),
        ("[1, 2]", "", "a table"),
        ("slis: [", "", "YAML"),
        ("? [a]\n: 1", "", "a word as key"),
        ("a: &a [*a]", "", "nesting"),
        ("[" * 100 + "]" * 100, "", "nesting"),
        ("[" * 5000, "", "YAML"),
        ("\u0007", "", "YAML"),
    ],
)
def test_a_mistake_says_what_is_allowed(text: str, where: str, allowed: str) -> None:
    """A wrong key, type, time, share or combination names its place and what is allowed there."""
    first = mistakes(text)[0]

    assert where in first.where
    assert allowed in first.allowed


@given(text=st.text(max_size=60))
def test_any_text_is_a_configuration_or_has_mistakes(text: str) -> None:
    """Whatever a file holds, it is read, or its mistakes are told."""
    _read_or_told(text)


@given(data=st.data())
def test_a_file_with_anything_in_it_is_read_or_has_mistakes(data: st.DataObject) -> None:
    """Whatever stands in one place of a whole file, it is read, or its mistakes are told."""
    start = data.draw(st.integers(0, len(WHOLE)))
    end = data.draw(st.integers(start, min(start + 10, len(WHOLE))))
    pieces = st.sampled_from(
        ["-1", "[", "{a: 1}", "!!python/object:x", "&a", "*a", "\t", "${A}", ": ", "- "]
    )
    _read_or_told(WHOLE[:start] + data.draw(pieces | st.text(max_size=5)) + WHOLE[end:])


def _read_or_told(text: str) -> None:
    try:
        assert config(text).database
    except ConfigError as error:
        assert error.mistakes  # noqa: PT017 - either outcome is right


def test_aliases_that_multiply_are_refused() -> None:
    """A small file whose aliases unfold to billions of values is a mistake, not an hour's work."""
    levels = [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 12)]
    text = "\n".join(["l0: &l0 [x]", *levels])

    assert "aliases" in mistakes(text)[0].allowed


def test_shared_keys_may_be_merged() -> None:
    """What `<<` brings in is read as if it stood there, and what stands there wins."""
    read = config(
        """\
        slis:
          - &first {name: a, unit: ms, step: 5s}
          - {<<: *first, name: b, step: 7s}
        """
    )

    assert [(s.name, s.unit, s.step) for s in read.slis] == [
        ("a", "ms", timedelta(seconds=5)),
        ("b", "ms", timedelta(seconds=7)),
    ]


def test_words_that_yaml_takes_for_booleans_stay_words() -> None:
    """An environment called `no` or `on` and a revision-like number keep their spelling."""
    read = config("environments: [{name: no}, {name: on}, {name: 1.10}, {name: 007}]")

    assert [e.name for e in read.environments] == ["no", "on", "1.10", "007"]


def test_variables_override_the_file() -> None:
    """Each single value can be set by its variable, read as if it stood in the file."""
    read = config(
        "port: 1\ncaution: 1%",
        SHIPWAKE_PORT="2",
        SHIPWAKE_CAUTION="5%",
        SHIPWAKE_HEALTHY_MESSAGES="false",
        SHIPWAKE_DATABASE="postgresql://ada:hunter2@db/shipwake",
    )

    assert (read.port, read.caution, read.healthy_messages) == (2, 0.05, False)
    assert read.database == "postgresql://ada:hunter2@db/shipwake"
    assert "hunter2" not in repr(read)


def test_false_alarms_take_the_place_of_caution() -> None:
    """A number a day, week or month is read; a variable that sets either silences both in the file."""
    monthly = config("false_alarms: 1 per month")
    weekly = config("caution: 1%", SHIPWAKE_FALSE_ALARMS="0.5 per week")
    share = config("false_alarms: 1 per month", SHIPWAKE_CAUTION="2%")

    assert monthly.false_alarms == Rate(1, "month")
    assert weekly.false_alarms == Rate(0.5, "week")
    assert (share.false_alarms, share.caution) == (None, 0.02)


def test_a_detector_is_named_as_it_is_offered() -> None:
    """A model of PyOD stands on an SLI under its own name, whether it is installed here or not."""
    read = config("slis: [{name: a, detector: pyod.IForest}]")

    assert read.slis[0].detector == "pyod.IForest"


def test_a_variable_with_a_mistake_is_named() -> None:
    """A wrong value names its variable, and a misspelled variable the one that was meant."""
    wrong = mistakes("", SHIPWAKE_PORT="x", SHIPWAKE_DATABSE="y", SHIPWAKE_TOKEN="z")

    assert {m.where for m in wrong} == {"environment SHIPWAKE_PORT", "environment SHIPWAKE_DATABSE"}


def test_the_environment_can_open_the_door_only_on_loopback() -> None:
    """`auth: none` from a variable is held against the host that the file gives."""
    assert default({"SHIPWAKE_AUTH": "none"}).auth == "none"
    assert "loopback" in mistakes("host: 10.0.0.1", SHIPWAKE_AUTH="none")[0].allowed


def test_a_password_may_not_stand_in_the_file() -> None:
    """A database address with a password written out is refused and not repeated; a variable is put in."""
    (wrong,) = mistakes("database: postgresql://ada:hunter2@db/x")
    read = config("database: 'postgresql://ada:${PASSWORD}@db/x'", PASSWORD="hunter2")

    assert "hunter2" not in str(wrong)
    assert read.database == "postgresql://ada:hunter2@db/x"


def test_a_name_that_only_slis_use_can_be_let_in() -> None:
    """In a replay a service that no section lists exists implicitly."""
    text = "services: [{name: a}]\nslis: [{name: x, service: b, environment: c}]"
    implicit = parse(text, name="shipwake.yaml", environ={}, implicit=True)

    assert mistakes(text)
    assert implicit.service_for("b", "") == "b"
    assert implicit.environment_for("c") == "c"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe", "UTF-8"), (b"caution: 1\n\xff", "line 2"), (None, "create it")],
)
def test_a_file_that_cannot_be_read_says_so(content: bytes | None, said: str, folder: Path) -> None:
    """A missing file and bytes that are no text are told with the path."""
    path = folder / "shipwake.yaml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigError, match=said):
        load(path, {})


def test_a_folder_is_no_file(folder: Path) -> None:
    """The path of a folder is refused with what is wanted instead."""
    with pytest.raises(ConfigError, match="a file that can be read"):
        load(folder, os.environ)


def test_a_byte_order_mark_is_no_key(folder: Path) -> None:
    """A file as Windows editors write it is read."""
    (folder / "shipwake.yaml").write_bytes(b"\xef\xbb\xbfport: 1\r\ncaution: 1%\r\n")

    assert load(folder / "shipwake.yaml", {}).port == 1


def test_a_configuration_can_travel_to_another_process() -> None:
    """Worker processes receive the configuration as it is."""
    read = config(WHOLE)

    assert pickle.loads(pickle.dumps(read)) == read  # noqa: S301 - our own bytes


def test_the_table_of_settings_is_the_configuration() -> None:
    """Each setting and each section is a field of the configuration, so that the reference can list them."""
    fields = set(default({}).__slots__)

    assert {s.name for s in SETTINGS} | set(SECTIONS) <= fields
