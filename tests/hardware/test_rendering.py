"""Bytes of a ticket, decoded by printers: the same dots as were drawn, the same words, a code that reads."""

import base64
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from hardware.document import BlackLine, Direction, PrintDocument, Qr, Space, Text
from hardware.drawing import draw, drawn_element
from hardware.escpos_printer import BAND_ROWS, PrinterProfile, bands, native_lines, render
from hardware.languages import VISITOR_LANGUAGES
from hardware.lettering import Lettering, visual_runs
from hardware.simulator.printer import SimulatedPrinter
from hardware.transports.tcp import TcpAddress
from hardware.verdict import Verdict, print_document_bytes
from kiosk.ticket_layout import TicketLanguage, lay_out_ticket
from tests.hardware.conftest import Emupos
from tests.harness.programs import PROJECT, program
from tests.harness.waiting import wait_until
from tests.kiosk.samples import ARABIC, FOLLOW_URL, FRENCH, SPANISH, content, ticket, translate

LONG = replace(
    SPANISH, service="Adquisición de la nacionalidad francesa por declaración y por naturalización"
)
SIX = ("A042", "A043", "A044", "A045", "A046", "A1000")
SAMPLES = {
    "french": ticket(),
    "spanish": ticket(SPANISH),
    "arabic": ticket(ARABIC),
    "family": ticket(ARABIC, numbers=SIX),
    "long service": ticket(LONG, number="A1000"),
    "reprint without code": ticket(is_reprint=True, is_demonstration=True, follow_url=None, wait_min=None),
}
NATIVE = PrinterProfile(mode="native")


LOGO = io.BytesIO()
Image.new("RGBA", (400, 200), (0, 86, 77, 255)).save(LOGO, "PNG")
LONGEST_MM = 110
_DOTS_PER_MM = 8
ORDERS_AROUND = 16
"""Bytes of a ticket apart from its bands: reset and cut."""


def test_a_ticket_in_one_language_with_a_logo_is_at_most_110_mm_long_and_its_code_reads(fonts_dir, tmp_path):
    logo = base64.b64encode(LOGO.getvalue()).decode()
    names = replace(FRENCH, service="Permis de conduire et certificat d’immatriculation")
    for spoken in (FRENCH, names):
        for changes in ({}, {"is_priority": True}):
            shown = lay_out_ticket(content(logo=logo, **changes), (spoken,), translate=translate)
            image = draw(shown, fonts_dir)
            assert image.height <= LONGEST_MM * _DOTS_PER_MM
            assert image.getpixel((20, 20)) == 0, "the logo is ink"
            assert scanned(image, tmp_path) == [FOLLOW_URL]
    bare = draw(lay_out_ticket(content(), (FRENCH,), translate=translate), fonts_dir)
    unreadable = base64.b64encode(b"no picture").decode()
    without = draw(lay_out_ticket(content(logo=unreadable), (FRENCH,), translate=translate), fonts_dir)
    assert same_dots(bare, without), "a logo that cannot be read is left out"


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("1")


def same_dots(one: Image.Image, other: Image.Image) -> bool:
    """Equal but for blank rows at the end, which no printer keeps."""
    height = max(one.height, other.height)
    padded = []
    for image in (one, other):
        canvas = Image.new("1", (image.width, height), 255)
        canvas.paste(image, (0, 0))
        padded.append(canvas)
    return padded[0].size == padded[1].size and ImageChops.difference(*padded).getbbox() is None


def scanned(image: Image.Image, tmp_path: Path) -> list[str]:
    """What zbar reads."""
    path = tmp_path / "ticket.png"
    canvas = Image.new("L", (image.width + 80, image.height + 80), 255)
    canvas.paste(image, (40, 40))
    canvas.save(path)
    read = subprocess.run(
        [program("zbarimg"), "--raw", "-q", path], capture_output=True, text=True, check=False
    )
    return read.stdout.split()


def emupos_receipt(emupos: Emupos, blob: bytes) -> str:
    before = set(emupos.receipts())
    outcome = print_document_bytes(emupos.address, blob, job_number=1)
    assert outcome.verdict is Verdict.PRINTED
    (receipt,) = wait_until(lambda: set(emupos.receipts()) - before, "emupos has a receipt")
    return receipt


def simulated_ticket(printer: SimulatedPrinter, blob: bytes):
    address = TcpAddress(printer.host, printer.port)
    assert print_document_bytes(address, blob, job_number=1).verdict is Verdict.PRINTED
    return printer.tickets()[0]


@pytest.mark.parametrize("width_dots", [576, 384])
@pytest.mark.parametrize("language", VISITOR_LANGUAGES)
def test_a_ticket_is_drawn_in_every_language_of_visitors(language, width_dots, fonts_dir, tmp_path):
    row = VISITOR_LANGUAGES[language]
    said = TicketLanguage(language, row.name, "", "10:42", direction=row.direction, booked_hour="10:30")
    changes = {"arrival": "late", "late_min": 20, "is_priority": True}
    spoken = (FRENCH,) if language == "fr" else (FRENCH, said)
    shown = lay_out_ticket(content(**changes), spoken, translate=translate, width_dots=width_dots)
    assert scanned(draw(shown, fonts_dir), tmp_path) == [FOLLOW_URL]
    own = [each for each in shown.elements if isinstance(each, Text) and each.language == language]
    assert len(own) >= 5
    for each in own:
        ink = ImageChops.invert(drawn_element(each, width_dots, fonts_dir)).getbbox()
        assert ink is not None
        left, _, right, _ = ink
        beside = width_dots - right if row.direction == "rtl" else left
        assert beside <= each.size_dots / 4, "it begins at the side where its language begins"


@pytest.mark.parametrize("name", SAMPLES)
def test_two_printers_put_the_dots_on_paper_that_were_drawn(name, fonts_dir, emupos, simulated):
    drawn = draw(SAMPLES[name], fonts_dir)
    blob = render(SAMPLES[name], PrinterProfile(), fonts_dir)
    assert same_dots(drawn, picture(emupos.png(emupos_receipt(emupos, blob))))
    assert same_dots(drawn, picture(simulated_ticket(simulated, blob).png))


@pytest.mark.parametrize("numbers", [(), SIX])
def test_a_narrow_printer_puts_the_same_dots_on_paper(numbers, fonts_dir, emupos_printers):
    narrow = ticket(ARABIC, width_dots=384, numbers=numbers)
    blob = render(narrow, PrinterProfile(width_dots=384), fonts_dir)
    receipt = emupos_receipt(emupos_printers[384], blob)
    assert same_dots(draw(narrow, fonts_dir), picture(emupos_printers[384].png(receipt)))


@pytest.mark.parametrize("width_dots", [576, 384])
def test_the_code_on_the_drawn_ticket_reads_as_the_address(width_dots, fonts_dir, tmp_path):
    drawn = draw(ticket(SPANISH, width_dots=width_dots), fonts_dir)
    assert scanned(drawn, tmp_path) == [FOLLOW_URL]


def test_two_printers_print_native_text_unchanged(fonts_dir, emupos, simulated, tmp_path):
    document = ticket(SPANISH)
    blob = render(document, NATIVE, fonts_dir)
    receipt = emupos_receipt(emupos, blob)
    printed = simulated_ticket(simulated, blob)
    expected = [
        line
        for element in document.elements
        for line in (
            native_lines(element, NATIVE)
            if isinstance(element, Text)
            else [line for text in element.beside for line in native_lines(text, NATIVE)]
            + [f"[qr {element.content}]"]
            if isinstance(element, Qr)
            else ["-" * 48]
            if isinstance(element, BlackLine)
            else []
        )
    ]
    for text in (emupos.text(receipt), printed.text):
        assert [line.strip() for line in text.splitlines() if line.strip()] == expected
    assert "Attente : 25 à 45 min" in expected
    for png in (emupos.png(receipt), printed.png):
        assert scanned(picture(png), tmp_path) == [FOLLOW_URL]


def test_native_mode_draws_characters_that_no_code_page_has(fonts_dir, emupos):
    arabic = PrintDocument(576, (Text("Titres de séjour", 34), Text(ARABIC.service, 38, direction="rtl")))
    receipt = emupos_receipt(emupos, render(arabic, NATIVE, fonts_dir))
    text = emupos.text(receipt)
    assert "Titres de séjour" in text
    assert "[image" in text


def test_a_line_of_native_text_never_breaks_a_word(fonts_dir):
    for element in ticket(LONG).elements:
        if isinstance(element, Text):
            lines = native_lines(element, NATIVE)
            assert " ".join(lines) == " ".join(element.text.replace("\u00a0", " ").split())


def test_a_ticket_starts_with_a_reset_and_ends_with_a_cut(fonts_dir):
    for profile in (PrinterProfile(), NATIVE):
        blob = render(SAMPLES["french"], profile, fonts_dir)
        assert blob.startswith(b"\x1b@")
        assert blob.endswith(b"\x1dV\x01")
    assert b"\x1dV" not in render(SAMPLES["french"], replace(NATIVE, cut="none"), fonts_dir)


def test_each_ticket_chooses_its_code_pages_again(fonts_dir):
    accents = PrintDocument(576, (Text("é", 30),))
    first, second = (render(accents, NATIVE, fonts_dir) for _ in range(2))
    assert first == second
    assert b"\x1bt\x00\x82" in first


def test_bands_are_short_and_no_wider_than_their_ink(fonts_dir):
    """Of a short ticket little is white: its bands are measured, not its share of the whole picture."""
    drawn = draw(SAMPLES["spanish"], fonts_dir)
    found = list(bands(drawn))
    assert max(band.height for band in found) <= BAND_ROWS
    assert sum(band.height for band in found) == drawn.height
    for band in found:
        inked = ImageChops.invert(band.convert("L")).getbbox()
        assert band.width <= max(8, (inked[2] if inked else 0) + 7)
    orders = 8 * len(found)  # GS v 0 and its five parameters
    dots = sum(band.width // 8 * band.height for band in found)
    assert len(render(SAMPLES["spanish"], PrinterProfile(), fonts_dir)) <= dots + orders + ORDERS_AROUND


def test_a_document_wider_than_the_paper_is_refused(fonts_dir):
    with pytest.raises(ValueError, match="do not fit"):
        render(ticket(), PrinterProfile(width_dots=384), fonts_dir)


def test_pictures_of_tickets_hold_no_real_time_order(fonts_dir):
    orders = [bytes((0x10, 0x04, n)) for n in range(1, 5)] + [
        b"\x10\x14\x08",
        b"\x10\x05\x01",
        b"\x10\x05\x02",
    ]
    for number in range(0, 1000, 37):
        blob = render(ticket(number=f"A{number:03d}"), PrinterProfile(), fonts_dir)
        assert not [order for order in orders if order in blob]


@pytest.mark.parametrize("width_dots", [576, 384])
def test_the_number_is_as_wide_as_the_paper_and_nothing_is_cut_off(width_dots, fonts_dir):
    for number in ("A042", "A1000", "L7"):
        number_alone = PrintDocument(width_dots, (Text(number, 400, weight=750, align="center", fit=True),))
        left, _, right, bottom = ink(draw(number_alone, fonts_dir))
        assert left >= 4
        assert right <= width_dots - 4
        if number != "L7":
            assert right - left > 0.9 * width_dots
        assert bottom > 60


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    found = ImageChops.invert(image.convert("L")).getbbox()
    assert found is not None, "the picture is blank"
    return found


@pytest.mark.parametrize("width_dots", [576, 384])
def test_no_letter_is_cut_at_the_edges_of_its_line(width_dots, fonts_dir):
    """Each text alone, between blank strips, has the ink it has when drawn with room around it."""
    for document in (ticket(LONG, width_dots=width_dots), ticket(ARABIC, width_dots=width_dots)):
        for element in document.elements:
            if not isinstance(element, Text) or element.fit or element.inverse:
                continue
            lettering = Lettering(fonts_dir, element.size_dots, element.weight)
            strip = draw(PrintDocument(width_dots, (element,)), fonts_dir)
            lines = lettering.wrapped(
                element.text, width_dots, element.direction, balanced=element.align == "center"
            )
            room = Image.new("1", (width_dots + 200, 400), 255)
            dots = 0
            for line in lines:
                room.paste(255, (0, 0, *room.size))
                lettering.draw(room, line, (100, 200), element.direction)
                dots += black(room)
            assert black(strip) == dots, element


def black(image: Image.Image) -> int:
    return image.convert("L").histogram()[0]


def test_arabic_is_shaped_and_not_blank(fonts_dir):
    """Joined letters are narrower than the same letters standing alone."""
    word = ARABIC.service.split()[0]
    lettering = Lettering(fonts_dir, 38, 450)
    joined = lettering.width(word, "rtl")
    alone = sum(lettering.width(letter, "rtl") for letter in word)
    assert 0 < joined < 0.8 * alone
    drawn = draw(PrintDocument(576, (Text(word, 38, direction="rtl"),)), fonts_dir)
    left, _, right, _ = ink(drawn)
    assert right > 560
    assert left > 576 - joined - 8


def test_the_second_ticket_measures_no_sentence_of_the_first_again(fonts_dir, monkeypatch):
    texts = [Text("Si vous n’êtes pas là, vous gardez votre rang quinze minutes.", 33, weight=700)]
    texts.append(Text("Regardez les écrans : votre numéro y paraît, puis le guichet.", 33, weight=700))
    paper = PrintDocument(width_dots=576, elements=tuple(texts))
    measured: list[str] = []
    width = Lettering.width

    def counted(lettering: Lettering, line: str, direction: Direction) -> int:
        measured.append(line)
        return width(lettering, line, direction)

    monkeypatch.setattr(Lettering, "width", counted)
    first, measured_first = draw(paper, fonts_dir), len(measured)
    again = draw(paper, fonts_dir)
    lines_drawn = len(measured) - measured_first
    assert same_dots(first, again)
    assert lines_drawn == 4, "each line is measured once, to place it; none to break it"
    assert measured_first > 3 * lines_drawn


def test_nothing_on_a_ticket_is_grey(fonts_dir):
    for document in SAMPLES.values():
        drawn = draw(document, fonts_dir)
        assert drawn.mode == "1"
        assert drawn.width == 576


def test_importing_the_byte_builder_leaves_no_folder_and_no_log_handler(tmp_path, fonts_dir):
    lines = (
        "import logging, pathlib, sys\n"
        "from hardware.document import PrintDocument, Text\n"
        "from hardware.escpos_printer import PrinterProfile, render\n"
        "paper = PrintDocument(576, (Text('é', 30),))\n"
        "render(paper, PrinterProfile(mode='native'), pathlib.Path(sys.argv[1]))\n"
        "assert not logging.getLogger().handlers\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", lines, str(fonts_dir)],
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_blank_paper_and_rules_take_the_rows_they_ask_for(fonts_dir):
    drawn = draw(PrintDocument(576, (Space(40), BlackLine(3), Space(20))), fonts_dir)
    assert drawn.size == (576, 63)
    assert ink(drawn) == (0, 40, 576, 43)


@pytest.mark.parametrize("profile", [NATIVE, PrinterProfile()])
def test_control_characters_of_a_text_never_reach_the_printer(fonts_dir: Path, profile: PrinterProfile):
    """`ESC p` opens the drawer, `ESC @` resets: the name of a service could send both."""
    sent, plain = "Titres\x1bp0\x19\x1b@\x07 suite", "Titresp0@ suite"
    documents = [PrintDocument(576, (Text(each, size_dots=30),)) for each in (sent, plain)]
    dirty, clean = (render(document, profile, fonts_dir) for document in documents)
    assert dirty == clean


# --- the order of a line on paper when Arabic, numbers and Latin words meet -------------------


def runs_from_left(line: str, direction: str) -> list[str]:
    """The runs from left to right as they are shown, without spaces."""
    assert direction in ("ltr", "rtl")
    runs = visual_runs(line, "rtl" if direction == "rtl" else "ltr")
    return [run.text.strip() for run in runs if run.text.strip()]


@pytest.mark.parametrize(
    ("line", "direction", "expected"),
    [
        ("Titres de séjour", "ltr", ["Titres de séjour"]),
        ("أمامك 7 أشخاص", "rtl", ["أشخاص", "7", "أمامك"]),
        ("بين 25 و 45 دقيقة", "rtl", ["دقيقة", "45", "و", "25", "بين"]),
        ("رقم A042", "rtl", ["A042", "رقم"]),
        ("الساعة 10:42", "rtl", ["10:42", "الساعة"]),
        ("Service: سلام 7", "ltr", ["Service:", "7", "سلام"]),
        ("25 – 45", "ltr", ["25 – 45"]),
    ],
)
def test_runs_stand_in_the_order_the_eye_expects(line: str, direction: str, expected: list[str]):
    assert runs_from_left(line, direction) == expected


def test_arabic_runs_are_written_leftwards_and_numbers_rightwards():
    directions = {run.text.strip(): run.direction for run in visual_runs("أمامك 7", "rtl")}
    assert directions["أمامك"] == "rtl"
    assert directions["7"] == "ltr"


@given(st.text(max_size=60), st.sampled_from(["ltr", "rtl"]))
def test_no_character_is_lost_or_added(line: str, direction):
    runs = visual_runs(line, direction)
    kept = [mark for mark in line if mark not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
    assert sorted("".join(run.text for run in runs)) == sorted(kept)
