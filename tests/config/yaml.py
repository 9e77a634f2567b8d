"""Write a configuration in a test as it would stand in the file, and read what is said of it."""

from textwrap import dedent

import pytest

from shipwake.config import Config, ConfigError, Mistake, parse


def config(text: str, **environ: str) -> Config:
    """The configuration in `text`."""
    return parse(dedent(text), name="shipwake.yaml", environ=environ)


def mistakes(text: str, **environ: str) -> tuple[Mistake, ...]:
    """The mistakes in `text`, which must have some."""
    with pytest.raises(ConfigError) as caught:
        config(text, **environ)
    return caught.value.mistakes
