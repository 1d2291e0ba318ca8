"""The commands of `make`: each is listed by `make help`, a migration is begun as those that exist begin."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.harness.programs import PROJECT

MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
VERSIONS = Path("server/store/migrations/versions")


def commands() -> set[str]:
    """The commands of the Makefile: its phony targets."""
    return set(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split())


def test_make_help_lists_every_command_with_what_it_does():
    command = ["make", "--no-print-directory", "help"]  # a test may be run by make
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    lines = re.findall(r"^make (\S+) +\S", listed, re.MULTILINE)
    assert set(lines) == commands()
    assert len(lines) == len(listed.splitlines())


def test_every_command_of_make_that_documents_name_exists():
    files = ["README.md", "docs/LISEZMOI.md", "docs/CONTRIBUTING.md", "docs/architecture.md", "docs/state.md"]
    texts = [(PROJECT / name).read_text(encoding="utf-8") for name in files]
    named = {
        name for text in texts for name in re.findall(r"(?:`|^|\s)make ([a-z][a-z-]+)", text, re.MULTILINE)
    }
    assert named - commands() <= {"it"}


def test_a_new_migration_has_the_next_number_and_the_head_of_the_others(tmp_path: Path):
    shutil.copytree(PROJECT / VERSIONS.parent, tmp_path / VERSIONS.parent)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / ".venv").symlink_to(PROJECT / ".venv")
    last = max((PROJECT / VERSIONS).glob("0*.py")).name[:4]
    subprocess.run(
        ["sh", PROJECT / ".ci" / "new_migration.sh", "Keep the colour of a counter"], cwd=tmp_path, check=True
    )
    number = f"{int(last) + 1:04}"
    written = (tmp_path / VERSIONS / f"{number}_keep_the_colour_of_a_counter.py").read_text(encoding="utf-8")
    assert written.startswith(
        f'"""Keep the colour of a counter\n\nRevision ID: {number}\nRevises: {last}\n"""\n\n'
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision = "{number}"\ndown_revision = "{last}"\nbranch_labels = None\ndepends_on = None\n'
    )
