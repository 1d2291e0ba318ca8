"""Serves the demonstration and restarts it when its code changes.

    python .ci/dev.py

The first start creates the demonstration with two days of the past. Visitors and agents are simulated, as by
`make run`. Scripts and styles are read at each request: a page that is loaded again has the new ones.
"""

import os
import subprocess
import sys
from pathlib import Path

from copy_assets import PROJECT, copy_assets
from watchfiles import Change, DefaultFilter, run_process

FOLDERS = [PROJECT / name for name in ("server", "kiosk", "signage", "hardware")]
ASSETS = PROJECT / os.environ.get("PARVIS_VAR", "var") / "assets"
SUFFIXES = (".py", ".html", ".po", ".json", ".toml", ".js", ".css", ".svg")
DEMONSTRATION = [".venv/bin/parvis", "demo", "--history", "2d"]
# the addresses were printed once; `exec`, so that the signal to stop reaches the server
SERVE = "sh -c 'exec .venv/bin/parvis demo --serve >/dev/null'"


class CodeFilter(DefaultFilter):
    """Lets through changes of files that a server reads."""

    def __call__(self, change: Change, path: str) -> bool:
        return path.endswith(SUFFIXES) and super().__call__(change, path)


def main() -> int:
    copy_assets(PROJECT, ASSETS)
    subprocess.run(DEMONSTRATION, cwd=PROJECT, check=True)
    run_process(
        *FOLDERS,
        target=SERVE,
        target_type="command",
        watch_filter=CodeFilter(),
        callback=tell,
    )
    return 0


def tell(changes: set[tuple[Change, str]]) -> None:
    """Prints why the server restarts, and copies the scripts that are served as assets."""
    names = sorted(str(Path(path).relative_to(PROJECT)) for _, path in changes)
    print("restart:", ", ".join(names), file=sys.stderr)
    copy_assets(PROJECT, ASSETS)


if __name__ == "__main__":
    raise SystemExit(main())
