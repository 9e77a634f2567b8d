"""Our file and foreign formats as plain values; knows no room but the words."""

from shipwake.config import kinds, read
from shipwake.config.detectors import DETECTORS, LIBRARY, REMEDY, lacking
from shipwake.config.digest import changed, digests
from shipwake.config.field import Document, Field, from_json
from shipwake.config.file import SECTIONS, default, load, parse
from shipwake.config.kinds import BrokenKindError, UnknownKindError
from shipwake.config.mistake import ConfigError, Mistake, MistakesError
from shipwake.config.model import Adapter, Config, Environment, Keep, Service
from shipwake.config.roles import Limits, Network, Role, SignIn, Standing, Team, standing
from shipwake.config.scalars import SETTINGS
from shipwake.config.secret import Secret
from shipwake.config.table import Setting, Table, gathering, one_of_keys

__all__ = [
    "DETECTORS",
    "LIBRARY",
    "REMEDY",
    "SECTIONS",
    "SETTINGS",
    "Adapter",
    "BrokenKindError",
    "Config",
    "ConfigError",
    "Document",
    "Environment",
    "Field",
    "Keep",
    "Limits",
    "Mistake",
    "MistakesError",
    "Network",
    "Role",
    "Secret",
    "Service",
    "Setting",
    "SignIn",
    "Standing",
    "Table",
    "Team",
    "UnknownKindError",
    "changed",
    "default",
    "digests",
    "from_json",
    "gathering",
    "kinds",
    "lacking",
    "load",
    "one_of_keys",
    "parse",
    "read",
    "standing",
]
