"""The kiosk's page as it is served, the code it shows, and the band of a screen that hands reach."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardware.languages import VISITOR_LANGUAGES
from kiosk.menu_messages import PAPER, PICTURES
from kiosk.mounting import SMALLEST_BAND_PX, BandOffScreen, low_band, orientation
from kiosk.pages import blueprint, code_as_svg, is_own_address, page_sentences
from tests.harness.node import assert_module_behaves
from tests.harness.programs import PROJECT, program
from tests.kiosk.samples import translate

PUBLIC_URL = "https://accueil.example.fr"
LANGUAGES = [VISITOR_LANGUAGES[code] for code in ("fr", "en", "es")]
TESTS = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


def served(**changes):
    app = Flask(__name__, static_folder=None)
    values: dict[str, Any] = {"translate": translate, "languages": LANGUAGES, "public_url": PUBLIC_URL}
    app.register_blueprint(blueprint(**(values | changes)))
    return app.test_client()


def status(kiosk, path: str) -> int:
    with kiosk.get(path) as answer:
        code: int = answer.status_code
        return code


def page_context(page: str) -> dict:
    found = re.search(r'<script type="application/json" id="context">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    context: dict = json.loads(found[1])
    return context


def test_the_page_speaks_the_first_language_and_carries_every_sentence_of_the_others():
    page = served().get("/kiosk").text
    assert '<html lang="fr" dir="ltr">' in page
    assert "<title>Borne\u00a0: prendre un ticket</title>" in page
    sentences = page_context(page)["sentences"]
    assert set(sentences) == {"fr", "en", "es"}
    assert sentences["en"].keys() == sentences["fr"].keys()


def test_the_page_starts_one_script_module_and_the_watch_over_its_loading():
    scripts = re.findall(r"<script\b[^>]*>", served().get("/kiosk").text)
    assert scripts == [
        '<script src="/assets/reload_incomplete.js">',
        '<script type="application/json" id="context">',
        '<script type="module" src="/static/kiosk/kiosk.js">',
    ]


def test_every_file_the_page_names_is_served():
    kiosk = served()
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', kiosk.get("/kiosk").text):
        assert status(kiosk, path) == 200
    for module in ("kiosk_state", "exit_kiosk", "live", "press", "view", "words"):
        assert status(kiosk, f"/static/kiosk/{module}.js") == 200


def test_all_drawings_come_in_one_stylesheet_that_is_kept_for_a_day(assets_dir: Path):
    client = served(assets=assets_dir)
    assert '<link rel="stylesheet" href="/kiosk/icons.css?' in client.get("/kiosk").text
    answer = client.get("/kiosk/icons.css")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    drawn = dict(re.findall(r'--drawn-([a-z0-9-]+): url\("data:image/svg\+xml,([^"]+)"\);', answer.text))
    assert unquote(drawn["ticket"]).startswith("<")
    assert "</svg>" in unquote(drawn["ticket"])
    assert {f"{PAPER}{name}" for name in (*PICTURES, "paper")} <= drawn.keys()
    files = (PROJECT / "kiosk" / "static").iterdir()
    texts = [file.read_text(encoding="utf-8") for file in files]
    assert set(re.findall(r"var\(--drawn-([a-z0-9-]+)\)", "".join(texts))) <= drawn.keys()
    assert not any("/assets/icons/" in text for text in texts), "a drawing by itself is another request"


def test_the_service_worker_keeps_every_file_of_the_page_and_nothing_else(assets_dir: Path):
    client = served(assets=assets_dir)
    answer = client.get("/kiosk/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/kiosk"
    assert answer.headers["Cache-Control"] == "no-cache"
    kept = json.loads(answer.text.partition("const RELEASE = ")[2].partition(";\n")[0])
    files = set(kept["files"])
    scripts = {path for path in files if path.startswith("/static/kiosk/") and path.endswith(".js")}
    for path in scripts:
        with client.get(path) as script:
            imported = re.findall(r'from "(\./|/assets/)([^"]+)"', script.text)
        assert {f"{'/static/kiosk/' if where == './' else where}{name}" for where, name in imported} <= files
    assert set(re.findall(r'(?:href|src)="(/[^"]+)"', client.get("/kiosk").text)) <= files
    assert any(path.endswith(".woff2") for path in files)
    assert all(
        path == "/kiosk" or path.startswith(("/static/kiosk/", "/assets/", "/kiosk/")) for path in files
    )
    assert not any(path.startswith("/kiosk/qr.svg") for path in files)
    other = served(assets=assets_dir, public_url=None).get("/kiosk/worker.js").text
    assert kept["version"] not in other, "another page is another release"


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_choice_of_priority_has_at_most_twelve_words(language: str):
    said = page_sentences(translate, language)
    choice = f"{said['kiosk.sheet.take_with_card']} {said['kiosk.sheet.take_with_card_note']}"
    assert len(re.findall(r"[\w’'-]+", choice)) <= 12


def test_a_tablet_may_open_the_kiosk_from_its_home_screen_without_bars():
    client = served()
    assert 'rel="manifest" href="/kiosk/app.webmanifest"' in client.get("/kiosk").text
    answer = client.get("/kiosk/app.webmanifest")
    described = answer.get_json(force=True)
    assert answer.mimetype == "application/manifest+json"
    assert (described["start_url"], described["display"]) == ("/kiosk", "fullscreen")
    assert described["scope"] == "/", "an unpaired kiosk leaves for /pair"


def test_listening_is_offered_only_where_a_voice_answers():
    silent = served().get("/kiosk").text
    assert 'id="listen"' not in silent
    assert page_context(silent)["voices"] == []
    assert 'id="listen"' in served(voices=("fr", "en")).get("/kiosk").text


def test_sentences_keep_their_placeholders_and_their_plural_forms():
    french = page_sentences(translate, "fr")
    assert french["kiosk.wait.minutes"] == "{low} à {high}\u00a0min"
    assert french["kiosk.service.waiting"] == {
        "one": "{count} personne attend",
        "other": "{count} personnes attendent",
    }


def test_sentences_of_the_server_and_of_the_paper_stay_away_from_the_page():
    assert not [
        key for key in page_sentences(translate, "fr") if key.startswith(("kiosk.month.", "kiosk.paper."))
    ]


def test_the_code_is_a_picture_of_an_address_of_the_hall():
    answer = served().get("/kiosk/qr.svg", query_string={"text": f"{PUBLIC_URL}/t/3f9QmZ7cT1"})
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.text.startswith("<svg ")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://elsewhere.example/t/1",
        "https://accueil.example.fr.elsewhere.example/t/1",
        "https://accueil.example.fr",
        f"{PUBLIC_URL}/t/" + "x" * 200,
        f"{PUBLIC_URL}/t/a\nb",
    ],
)
def test_the_code_of_any_other_address_is_not_drawn(text):
    assert served().get("/kiosk/qr.svg", query_string={"text": text}).status_code == 404
    assert served(public_url=None).get("/kiosk/qr.svg", query_string={"text": text}).status_code == 404


def test_the_code_of_an_address_that_a_hall_publishes_is_drawn_and_of_no_other_site():
    published = "https://rendez-vous.example.fr/laon"
    kiosk = served(public_url=None, is_published_address=lambda text: text == published)
    assert status(kiosk, f"/kiosk/qr.svg?text={published}") == 200
    assert status(kiosk, f"/kiosk/qr.svg?text={published}/else") == 404


def test_without_a_public_address_no_address_is_its_own():
    assert not is_own_address(f"{PUBLIC_URL}/t/1", None)
    assert is_own_address(f"{PUBLIC_URL}/t/1", PUBLIC_URL + "/")


def test_the_code_is_read_by_zbar(tmp_path):
    address = f"{PUBLIC_URL}/t/3f9QmZ7cT1abcdefghijkl"
    assert read_by_zbar(rasterised(code_as_svg(address)), tmp_path) == address


def only_match(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None
    return found[1]


def rasterised(svg: bytes, module_px: int = 6) -> Image.Image:
    """The SVG's path drawn without a renderer: segno writes horizontal strokes `M x y h n m …`."""
    text = svg.decode()
    size = int(only_match(r'viewBox="0 0 (\d+)', text))
    image = Image.new("L", (size * module_px, size * module_px), 255)
    strokes = only_match(r'stroke="#000" d="([^"]+)"', text)
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]+)", strokes):
        values = [float(each) for each in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "h":
            box = (x * module_px, (y - 0.5) * module_px, (x + values[0]) * module_px, (y + 0.5) * module_px)
            left, upper, right, lower = (round(each) for each in box)
            image.paste(0, (left, upper, right, lower))
            x += values[0]
        else:
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
    return image


def read_by_zbar(image: Image.Image, folder: Path) -> str:
    image.save(folder / "code.png")
    done = subprocess.run(
        [program("zbarimg"), "-q", "--raw", folder / "code.png"], capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("file", TESTS, ids=lambda path: path.stem)
def test_the_module_behaves(file: Path):
    assert_module_behaves(file)


def test_there_are_modules_to_test():
    assert TESTS


# --- the band of a screen that hands reach, between 0.90 and 1.22 m above the floor -----------


def test_a_floor_standing_portrait_screen_has_the_whole_band():
    band = low_band(78, 69, width_px=1080, height_px=1920)
    px_per_cm = 1920 / 60.14  # 69 cm, 9:16
    assert band.bottom_px == pytest.approx(1920 - 12 * px_per_cm, abs=2)
    assert band.bottom_px - band.top_px == pytest.approx(32 * px_per_cm, abs=2)
    shares = band.as_message()
    assert (shares["top"], shares["bottom"]) == pytest.approx((0.268, 0.800), abs=0.001)


def test_a_small_screen_inside_the_band_is_all_in_reach():
    band = low_band(95, 25, width_px=800, height_px=1280)
    assert (band.top_px, band.bottom_px) == (0, 1280)


@pytest.mark.parametrize("lower_edge_cm", [0, 25, 115, 130, 220])
def test_a_mounting_that_leaves_the_band_off_the_screen_is_refused(lower_edge_cm):
    with pytest.raises(BandOffScreen, match="px of the screen lie between 90 and 122 cm"):
        low_band(lower_edge_cm, 69)


@pytest.mark.parametrize("wrong", [(-1, 69), (301, 69), (80, 0), (80, 12), (80, 500), (float("nan"), 69)])
def test_a_screen_that_cannot_exist_is_refused(wrong):
    with pytest.raises(ValueError, match=r"cm is not|no screen has"):
        low_band(*wrong)


@given(
    st.floats(50, 110),
    st.floats(18, 165),
    st.sampled_from([(1080, 1920), (1920, 1080), (1280, 800), (800, 1280), (3840, 2160)]),
)
def test_a_mounting_is_refused_or_every_row_of_its_band_is_in_reach(lower_edge_cm, diagonal_cm, size):
    width_px, height_px = size
    try:
        band = low_band(lower_edge_cm, diagonal_cm, width_px=width_px, height_px=height_px)
    except BandOffScreen:
        return
    height_cm = diagonal_cm * height_px / (width_px**2 + height_px**2) ** 0.5

    def above_floor_cm(row_px):
        return lower_edge_cm + height_cm * (1 - row_px / height_px)

    assert 0 <= band.top_px < band.bottom_px <= height_px
    assert band.bottom_px - band.top_px >= SMALLEST_BAND_PX
    assert above_floor_cm(band.top_px) <= 122 + 1e-7
    assert above_floor_cm(band.bottom_px) >= 90 - 1e-7


def test_a_square_picture_is_laid_out_as_portrait():
    assert [orientation(1080, 1920), orientation(1000, 1000)] == ["portrait", "portrait"]
    assert orientation(1920, 1080) == "landscape"
