"""The kiosk's page as it is served, and the code it shows."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from PIL import Image

from kiosk.menu import Language
from kiosk.pages import blueprint, code_as_svg, is_own_address, page_sentences
from tests.harness.node import assert_module_behaves
from tests.harness.programs import PROJECT, program
from tests.kiosk.sentences import translate

PUBLIC_URL = "https://accueil.example.fr"
LANGUAGES = [Language("fr", "Français"), Language("en", "English"), Language("es", "Español")]
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
    files = (PROJECT / "kiosk" / "static").iterdir()
    texts = [file.read_text(encoding="utf-8") for file in files]
    assert set(re.findall(r"var\(--drawn-([a-z0-9-]+)\)", "".join(texts))) <= drawn.keys()
    assert not any("/assets/icons/" in text for text in texts), "a drawing by itself is another request"


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


def test_the_code_of_where_appointments_are_booked_is_drawn_and_of_no_other_site():
    booking = "https://rendez-vous.example.fr/laon"
    kiosk = served(public_url=None, is_booking_address=lambda text: text == booking)
    assert status(kiosk, f"/kiosk/qr.svg?text={booking}") == 200
    assert status(kiosk, f"/kiosk/qr.svg?text={booking}/else") == 404


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
