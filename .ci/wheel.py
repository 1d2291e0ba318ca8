"""What a wheel holds besides code: the files of browsers and the documents that the help shows.

hatchling runs this when it builds (`make wheel`). An editable installation finds both in the checkout.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PARTS = {"var/assets": "server/delivered/assets", "docs": "server/delivered/docs"}
"""Each folder of the checkout, and where it stands in the wheel (`server/settings.py` reads it there)."""


class DeliveredFiles(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the folders. Raises FileNotFoundError where the files of browsers were not copied yet."""
        if version != "standard":
            return
        for folder, place in PARTS.items():
            source = Path(self.root) / folder
            if not source.is_dir():
                raise FileNotFoundError(f"{source} is missing: type make assets")
            build_data["force_include"][str(source)] = place
