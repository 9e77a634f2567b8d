"""Where a verb finds its configuration: --config, SHIPWAKE_CONFIG, ./shipwake.yaml, else the defaults."""

import os
import sys
from pathlib import Path

import click

from shipwake.config import Config, default, load
from shipwake.domain import BadInputError
from shipwake.wire import log

FILE = "shipwake.yaml"

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=None,
    help=f"Settings; SHIPWAKE_CONFIG, else ./{FILE}.",
)


def configure_log(config: Config) -> None:
    """The log of a long-running verb as the configuration wants it, without the configuration's secrets."""
    json = config.log == "json" or (config.log == "auto" and not sys.stderr.isatty())
    hide = [secret.reveal() for secret in config.secrets]
    log.configure(json=json, level=config.log_level, hide=hide)


def read_config(path: Path | None) -> Config:
    """The configuration; raises ConfigError with all mistakes, or BadInputError where a named file is missing."""
    named = path or (
        Path(os.environ["SHIPWAKE_CONFIG"]) if os.environ.get("SHIPWAKE_CONFIG") else None
    )
    if named is not None and not named.is_file():
        message = f"there is no file {named}; give --config the path of your shipwake.yaml"
        raise BadInputError(message)
    if named is None and Path(FILE).is_file():
        named = Path(FILE)
    return load(named, os.environ) if named else default(os.environ)
