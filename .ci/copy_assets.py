"""Copies the browser's libraries, fonts and icons of the allow-list to var/assets; idempotent.

    python .ci/copy_assets.py [TARGET]

The allow-list is .ci/assets.toml. A file that left the list is removed from the target; a listed
file that is missing from node_modules stops the copy with its name and exit status 1.
"""

import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def listed_files(project: Path) -> dict[str, Path]:
    """Path under /assets → source file, in the order of the allow-list."""
    allowed = tomllib.loads((project / ".ci" / "assets.toml").read_text(encoding="utf-8"))
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
    sources = listed_files(project)
    missing = [str(source) for source in sources.values() if not source.is_file()]
    if missing:
        raise FileNotFoundError("not installed, run `make setup`: " + ", ".join(missing))
    written = []
    for name, source in sources.items():
        place = target / name
        content = source.read_bytes()
        if place.is_file() and place.read_bytes() == content:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        # a server may be reading the old file: replace it whole
        draft = place.with_suffix(place.suffix + ".new")
        draft.write_bytes(content)
        draft.replace(place)
        written.append(name)
    for place in sorted(target.rglob("*"), reverse=True):
        if place.is_dir():
            if not any(place.iterdir()):
                place.rmdir()
        elif place.relative_to(target).as_posix() not in sources:
            place.unlink()
    return written


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
