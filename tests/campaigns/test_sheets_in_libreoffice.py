"""LibreOffice opens the ODS files of an evidence pack as they are; it would have to repair a damaged one.

`make soak` only: the program is large, and `make programs` leaves it out. Started without a window,
LibreOffice refuses a file that it would offer a person to repair: the second test shows that it does.
"""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from server.web.pages.reports.papers import Cells, open_sheet
from tests.harness.counts import IS_LARGE

CELLS: Cells = [
    ["Indicateur", "Résultat – Laon", "Commentaire"],
    ["=1+1", "12\u00a0%", ""],
    ["Délai « à midi »; مكتب", 7.5, "-2"],
    *((f"Ligne {n}", n, "x" * 2000) for n in range(300)),
]
WITHIN_S = 180
AS_SHEET = "csv:Text - txt - csv (StarCalc):59,34,76"
"""CSV with semicolons and quotes in UTF-8."""


def opened(content: bytes, folder: Path) -> list[str]:
    """The first lines of a sheet as LibreOffice reads it; none where it does not open it."""
    program = shutil.which("soffice")
    if program is None:
        pytest.fail("LibreOffice is missing: on Debian, apt-get install libreoffice-calc-nogui")
    sheet = folder / "sheet.ods"
    sheet.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", AS_SHEET, "--outdir", str(folder), str(sheet)]
    subprocess.run(command, check=True, capture_output=True, timeout=WITHIN_S)
    made = folder / "sheet.csv"
    return made.read_text(encoding="utf-8").splitlines()[:3] if made.exists() else []


def damaged(content: bytes, damage: str) -> bytes:
    """The package cut at its end, without its manifest, or with half of its table."""
    if damage == "cut":
        return content[:-200]
    package, made = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(made, "w") as rest:
        for each in package.namelist():
            whole = package.read(each)
            if damage == "half a table" and each == "content.xml":
                rest.writestr(each, whole[: len(whole) // 2])
            elif damage != "no manifest" or each != "META-INF/manifest.xml":
                rest.writestr(each, whole)
    return made.getvalue()


if IS_LARGE:

    def test_a_sheet_opens_without_repair_and_keeps_its_texts(tmp_path: Path) -> None:
        assert opened(open_sheet("Trame des indicateurs", CELLS), tmp_path) == [
            "Indicateur;Résultat – Laon;Commentaire",
            "=1+1;12\u00a0%;",
            '"Délai « à midi »; مكتب";7.5;-2',
        ]

    @pytest.mark.parametrize("damage", ["cut", "no manifest", "half a table"])
    def test_a_damaged_sheet_is_not_opened(tmp_path: Path, damage: str) -> None:
        assert opened(damaged(open_sheet("Trame", CELLS), damage), tmp_path) == []
