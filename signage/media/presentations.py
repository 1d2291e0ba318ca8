"""Presentations (PPTX, ODP): LibreOffice, where it is installed, makes a PDF of them.

It runs in a process group of its own, without network where the system lets it, with a new profile that runs
no macro and follows no link. Its memory is limited as that of who calls it.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal
from zipfile import BadZipFile, ZipFile

from signage.media import MediaLimits, MediumRefused, Prepared

type Presentation = Literal["pptx", "odp"]

_PROGRAMS = ("soffice", "libreoffice")
_OPTIONS = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--convert-to", "pdf")
_LARGEST_BYTES = 500_000_000
_SETTINGS = ("DisableMacrosExecution", "DisableActiveContent", "BlockUntrustedRefererLinks")
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">{}</oor:items>
"""
_SETTING = (
    '<item oor:path="/org.openoffice.Office.Common/Security/Scripting">'
    '<prop oor:name="{}" oor:op="fuse"><value>true</value></prop></item>'
)
_NAMED = {
    "pptx": (
        re.compile(r"ppt/(?:slides/slide|theme/theme)\d+\.xml"),
        re.compile(rb'<a:latin typeface="([^"+]+)"'),
    ),
    "odp": (re.compile(r"content\.xml"), re.compile(rb'(?:fo:font-family|style:font-name)="([^"]+)"')),
}
_IN_PDF = re.compile(rb"/BaseFont\s*/(?:[A-Z]{6}\+)?([^\s/<>\[\]]+)")
_READ_BYTES = 5_000_000


def converter() -> str | None:
    """The path of LibreOffice; None where it is not installed."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


def presentation_type(source: Path) -> Presentation | None:
    """Which presentation a zip file is, by what it holds; None for any other file."""
    try:
        with ZipFile(source) as archive:
            names = set(archive.namelist())
            if "ppt/presentation.xml" in names:
                return "pptx"
            if "mimetype" in names and archive.open("mimetype").read(100).endswith(b".presentation"):
                return "odp"
    except (BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return None
    return None


def prepare_presentation(source: Path, kind: Presentation, folder: Path, limits: MediaLimits) -> Prepared:
    """The pages of a presentation as images in the folder; its first page names the fonts that are replaced.

    Raises MediumRefused: medium_no_converter, medium_not_converted; those of `prepare_document`.
    """
    from signage.media.documents import prepare_document

    work = folder / "presentation"
    work.mkdir()
    try:
        pdf = _pdf_of(source, kind, work, limits)
        prepared = prepare_document(pdf, folder, limits)
        fonts = _replaced_fonts(source, kind, pdf)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    first, *others = prepared.files
    return replace(prepared, files=(replace(first, replaced_fonts=fonts), *others))


def _pdf_of(source: Path, kind: Presentation, work: Path, limits: MediaLimits) -> Path:
    program = converter()
    if program is None:
        raise MediumRefused("medium_no_converter")
    named = work / f"presentation.{kind}"
    named.symlink_to(source.resolve())
    user = work / "profile" / "user"
    user.mkdir(parents=True)
    items = "".join(map(_SETTING.format, _SETTINGS))
    (user / "registrymodifications.xcu").write_text(_PROFILE.format(items))
    _run(
        [
            program,
            f"-env:UserInstallation={user.parent.as_uri()}",
            *_OPTIONS,
            "--outdir",
            str(work),
            str(named),
        ],
        work,
        limits.conversion_s,
    )
    pdf = named.with_suffix(".pdf")
    if not pdf.is_file():
        raise MediumRefused("medium_not_converted", seconds=int(limits.conversion_s))
    return pdf


def _run(command: list[str], folder: Path, within_s: float) -> None:
    """Runs a program that knows nothing of the settings of this one; all that it started ends with it.

    Raises MediumRefused (medium_not_converted) when it fails or takes too long.
    """
    surroundings = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LANG": "C.UTF-8"}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_confine,  # noqa: PLW1509 - the process that prepares uploads starts no thread in Python
    ) as running:
        try:
            ended = running.wait(within_s)
        except subprocess.TimeoutExpired:
            ended = -signal.SIGKILL
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
    if ended != 0:
        raise MediumRefused("medium_not_converted", seconds=int(within_s))


def _confine() -> None:
    """Takes the network from the program about to run, and bounds the files that it writes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_BYTES, _LARGEST_BYTES))
    with suppress(OSError):  # some systems let nobody have a network of their own
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


def _replaced_fonts(source: Path, kind: Presentation, pdf: Path) -> tuple[str, ...]:
    """The fonts that a presentation names and its PDF lacks; a theme may name one that no slide uses."""
    of_file, of_font = _NAMED[kind]
    with ZipFile(source) as archive:
        texts = [
            archive.open(name).read(_READ_BYTES) for name in archive.namelist() if of_file.fullmatch(name)
        ]
    found = {each.decode(errors="replace").strip("'") for text in texts for each in of_font.findall(text)}
    drawn = tuple(_plain(each.decode("latin-1")) for each in _IN_PDF.findall(pdf.read_bytes()))
    return tuple(sorted(each for each in found if not any(font.startswith(_plain(each)) for font in drawn)))


def _plain(name: str) -> str:
    """A font’s name as a PDF has it, without spaces and hyphens, in small letters."""
    return re.sub(r"[\s-]", "", name).casefold()
