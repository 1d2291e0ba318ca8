"""Presentations become PDFs by a program that may do anything; here it is a script that does."""

import io
import zipfile
from pathlib import Path

import pytest

from signage.media import MediaLimits, MediumRefused, Prepared, prepare
from tests.harness.waiting import wait_until
from tests.signage.media.uploads import pdf, put, zipped

LIMITS = MediaLimits(page_side=300, conversion_s=1.0)
SLIDE = b"".join(b'<a:latin typeface="%s"/>' % font for font in (b"Marianne", b"DejaVu Sans", b"+mn-lt"))
ODP = "application/vnd.oasis.opendocument.presentation"


def presentation(kind: str) -> bytes:
    """A presentation as far as its type and fonts are read."""
    parts = {
        "pptx": {"ppt/presentation.xml": b"<p:presentation/>", "ppt/slides/slide1.xml": SLIDE},
        "odp": {"mimetype": ODP.encode(), "content.xml": b'<x style:font-name="Marianne"/>'},
    }[kind]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a test writes the script that is run as LibreOffice, in the folder of its result."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("PARVIS_DATABASE", "a secret")
    return programs / "soffice"


def write(converter: Path, *lines: str) -> None:
    converter.write_text("\n".join(("#!/bin/sh", *lines, "")))
    converter.chmod(0o755)


def prepared(folder: Path, content: bytes) -> Prepared:
    return prepare(put(folder, content), folder, LIMITS)


def refused(folder: Path, content: bytes) -> MediumRefused:
    """Its refusal; nothing is left of it but the upload."""
    before = {path.name for path in folder.iterdir()}
    with pytest.raises(MediumRefused) as found:
        prepared(folder, content)
    assert {path.name for path in folder.iterdir()} - before <= {"upload", "started"}
    return found.value


def made(folder: Path, content: bytes) -> str:
    """The command that leaves a PDF of this content where LibreOffice does."""
    (folder / "made.pdf").write_bytes(content)
    return f"cp {folder}/made.pdf presentation.pdf"


@pytest.mark.parametrize("kind", ["pptx", "odp"])
def test_the_slides_of_a_presentation_become_images_and_replaced_fonts_are_named(
    tmp_path: Path, converter: Path, kind: str
):
    drawn = pdf(2, catalogue="/Told << /BaseFont /BAAAAA+DejaVuSans-Bold >>")
    write(converter, f"echo $* > {tmp_path}/called; env > {tmp_path}/env", made(tmp_path, drawn))
    found = prepared(tmp_path, presentation(kind))
    assert (found.kind, [file.role for file in found.files]) == ("document", ["page", "thumbnail", "page"])
    assert [tuple(file.replaced_fonts) for file in found.files] == [("Marianne",), (), ()]
    assert found.files[0].as_body()["replaced_fonts"] == ["Marianne"]
    assert f"presentation.{kind}" in (tmp_path / "called").read_text()
    assert "secret" not in (tmp_path / "env").read_text()


def test_a_presentation_whose_fonts_are_there_names_none(tmp_path: Path, converter: Path):
    write(converter, made(tmp_path, pdf(1, catalogue="/Told << /BaseFont /BAAAAA+Marianne-Bold >>")))
    assert prepared(tmp_path, presentation("odp")).files[0].replaced_fonts == ()


def test_a_converter_that_hangs_is_ended_with_all_it_started(tmp_path: Path, converter: Path):
    write(converter, f"sleep 600 & echo $! $$ > {tmp_path}/started; wait")
    found = refused(tmp_path, presentation("pptx"))
    assert (found.code, found.details) == ("medium_not_converted", {"seconds": 1})
    started = (tmp_path / "started").read_text().split()
    wait_until(lambda: all(map(is_over, started)), "the end of all")


def is_over(process: str) -> bool:
    """Whether a process has ended; it may still be waited for."""
    try:
        return ") Z " in Path("/proc", process, "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize("lines", [("exit 0",), ("echo x > presentation.pdf", "exit 77")])
def test_a_converter_that_makes_nothing_or_fails_is_said(
    tmp_path: Path, converter: Path, lines: tuple[str, ...]
):
    write(converter, *lines)
    assert refused(tmp_path, presentation("odp")).code == "medium_not_converted"


def test_two_hundred_slides_are_refused_with_the_number_allowed(tmp_path: Path, converter: Path):
    write(converter, made(tmp_path, pdf(200)))
    found = refused(tmp_path, presentation("pptx"))
    assert (found.code, found.details) == ("medium_too_many_pages", {"pages": 30})


def test_without_the_program_a_presentation_is_refused_and_other_archives_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused(tmp_path, presentation("pptx")).code == "medium_no_converter"
    (tmp_path / "upload").unlink()
    assert refused(tmp_path, zipped()).code == "medium_archive"
    (tmp_path / "upload").unlink()
    assert refused(tmp_path, presentation("odp")[:-30]).code == "medium_archive"
