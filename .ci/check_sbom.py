"""Checks that the bills of materials name every package that is delivered, in its version.

First it takes the development packages out of the bill that npm wrote. `npm sbom --omit dev` cannot do that:
it also drops the packages that tools share with the product.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def named(bill: Path) -> set[tuple[str, str]]:
    """Name and version of every component."""
    components = json.loads(bill.read_text(encoding="utf-8"))["components"]
    return {(part_name(each), each["version"]) for each in components}


def leave_out_tools(bill: Path) -> None:
    """Take the packages that only development needs out of a bill written by npm."""
    content = json.loads(bill.read_text(encoding="utf-8"))
    is_tool = {"name": "cdx:npm:package:development", "value": "true"}
    content["components"] = [each for each in content["components"] if is_tool not in each["properties"]]
    kept = {each["bom-ref"] for each in content["components"]} | {content["metadata"]["component"]["bom-ref"]}
    content["dependencies"] = [
        each | {"dependsOn": [other for other in each.get("dependsOn", []) if other in kept]}
        for each in content["dependencies"]
        if each["ref"] in kept
    ]
    bill.write_text(json.dumps(content, indent=2), encoding="utf-8")


def part_name(component: dict[str, str]) -> str:
    """A component's name with its group, as npm writes it."""
    group = component.get("group", "")
    return f"{group}/{component['name']}" if group else component["name"]


def locked_python() -> set[tuple[str, str]]:
    """What requirements.lock pins."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return set(re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE))


def locked_browser() -> set[tuple[str, str]]:
    """What package-lock.json pins and browsers are given."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {
        (place.rpartition("node_modules/")[2], each["version"])
        for place, each in packages.items()
        if place and not each.get("dev")
    }


def main() -> int:
    """0 when both are whole, else 1 with what is missing."""
    status = 0
    leave_out_tools(ROOT / "var" / "sbom" / "browser.json")
    for kind, locked in (("python", locked_python()), ("browser", locked_browser())):
        found = named(ROOT / "var" / "sbom" / f"{kind}.json")
        missing = sorted(locked - found)
        print(f"var/sbom/{kind}.json: {len(found)} packages" + (f", lacks {missing}" if missing else ""))
        status |= bool(missing)
    return status


if __name__ == "__main__":
    sys.exit(main())
