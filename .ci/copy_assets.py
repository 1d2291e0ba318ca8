"""Copies the browser's libraries, fonts and icons of the allow-list to var/assets; idempotent.

A font that most pages need few letters of is written a second time, with these alone.

    python .ci/copy_assets.py [TARGET]

The allow-list is .ci/assets.toml. A file that left the list is removed from the target; a listed
file that is missing from node_modules stops the copy with its name and exit status 1.
"""

import sys
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

PROJECT = Path(__file__).resolve().parent.parent


def listed_files(project: Path, allowed: dict[str, Any]) -> dict[str, Path]:
    """Path under /assets → source file, in the order of the allow-list."""
    modules = project / "node_modules"
    sources = {target: modules / source for source, target in allowed["files"].items()}
    sources |= {
        f"icons/{name}.svg": modules / "lucide-static" / "icons" / f"{name}.svg"
        for name in allowed["icons"]["names"]
    }
    sources |= {target: project / source for source, target in allowed["own"].items()}
    return sources


def copy_assets(project: Path, target: Path) -> list[str]:
    """Makes `target` hold the listed files and nothing else; the paths written, empty when all were there."""
    listed = project / ".ci" / "assets.toml"
    allowed = tomllib.loads(listed.read_text(encoding="utf-8"))
    sources = listed_files(project, allowed)
    missing = [str(source) for source in sources.values() if not source.is_file()]
    if missing:
        raise FileNotFoundError("not installed, run `make setup`: " + ", ".join(missing))
    written = []
    for name, source in sources.items():
        content = source.read_bytes()
        if not (target / name).is_file() or (target / name).read_bytes() != content:
            _replace(target / name, content)
            written.append(name)
    for name, part in allowed["letters"].items():
        font = sources[name] = sources[part["font"]]
        newest = max(each.stat().st_mtime for each in (font, listed, Path(__file__)))
        if not (target / name).is_file() or (target / name).stat().st_mtime < newest:
            _replace(target / name, letters_of(font, part["letters"], part["weights"]))
            written.append(name)
    for place in sorted(target.rglob("*"), reverse=True):
        if place.is_dir():
            if not any(place.iterdir()):
                place.rmdir()
        elif place.relative_to(target).as_posix() not in sources:
            place.unlink()
    return written


def _replace(place: Path, content: bytes) -> None:
    """A server may be reading the old file: it is replaced whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_suffix(place.suffix + ".new")
    draft.write_bytes(content)
    draft.replace(place)


def letters_of(source: Path, ranges: list[str], weights: list[int]) -> bytes:
    """A variable font (WOFF2) with some of its letters, and its weights from the least to the most named."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = ["*"]
    ends = [[int(end, 16) for end in each.split("-")] for each in ranges]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in ends for code in range(first, last + 1)])
    subsetter.subset(font)
    font = instantiateVariableFont(font, {"wght": (min(weights), max(weights))})
    font.flavor = "woff2"
    written = BytesIO()
    font.save(written)
    return written.getvalue()


def main() -> int:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "var" / "assets"
    try:
        written = copy_assets(PROJECT, target)
    except FileNotFoundError as missing:
        print(f"copy_assets: {missing}", file=sys.stderr)
        return 1
    print(f"var/assets: {len(written)} file(s) written" if written else "var/assets: up to date")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
