"""Puts the recorded day into the wheel, so that `shipwake demo` works without a checkout."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelContents(BuildHookInterface[Any]):
    """Adds `examples/shop/recording` as `shipwake/_recording`; refuses nothing when it is absent."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Amend `build_data`; an editable install reads the recording where it lies."""
        recording = Path(self.root) / "examples" / "shop" / "recording"
        if version != "editable" and recording.is_dir():
            build_data["force_include"][str(recording)] = "shipwake/_recording"
