"""Media and a programme for a screen under test: small files made here, items that last seconds."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw

from signage.notice_parts import code_to_scan
from tests.signage.templates import busy_hours, usual_templates

SECOND_MS = 1_000
RICH = (
    "<h2>Pièces à apporter</h2><ul><li>votre <strong>titre</strong> en cours</li><li>deux photos</li></ul>"
    "<p>La carte donne la priorité. <a href='https://example.org'>Le site</a></p><script>x()</script>"
)


def make_media(folder: Path) -> None:
    """Images upright, lying and white, a poster, a video of two seconds, and files that are none of them."""
    Image.new("RGB", (900, 600), "#fff").save(folder / "white.webp")
    sizes = {"upright.webp": (600, 900), "lying.webp": (1200, 500), "poster.webp": (900, 1273)}
    for name, size in sizes.items():
        image = Image.new("RGB", size, "#1f6f6b")
        ImageDraw.Draw(image).rectangle((10, 10, size[0] - 11, size[1] - 11), outline="#f4c430", width=12)
        image.save(folder / name)
    with av.open(folder / "film.webm", "w") as film:
        stream = film.add_stream("libvpx-vp9", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.options = {"deadline": "realtime", "cpu-used": "8"}
        stream.time_base = Fraction(1, 10)
        for n in range(20):
            image = Image.new("RGB", (320, 180), (20 + 10 * n, 90, 120))
            film.mux(stream.encode(av.VideoFrame.from_image(image)))
        film.mux(stream.encode())
    (folder / "broken.webp").write_bytes(b"RIFF of nothing")
    (folder / "broken.webm").write_bytes(b"no video at all")


def item(
    name: str, kind: str, content: dict[str, Any], *, ms: int = SECOND_MS, **more: Any
) -> dict[str, Any]:
    return {
        "id": name,
        "notice": f"notice-{name}",
        "kind": kind,
        "language": "fr",
        "category": "practical",
        "is_legal": False,
        "ms": ms,
        "windows": None,
        "when": None,
        "content": content,
        **more,
    }


def programme(*items: dict[str, Any], share: float = 0) -> dict[str, Any]:
    return {"revision": "r1", "legal_share": share, "covers_until": 4e12, "items": list(items), "hours": None}


def of_notices(notices: list[dict[str, Any]], languages: list[str]) -> dict[str, Any]:
    """Waits in French before each other language, then each notice `{id, title, body, category}` in turn."""
    turns = [language for other in languages[1:] for language in (languages[0], other)] or languages
    items = [
        item(f"waits {turn}", "waits", {}, ms=10 * SECOND_MS, language=language, notice=None)
        for turn, language in enumerate(turns)
    ]
    for notice in notices:
        for language in notice["title"]:
            words = {"title": notice["title"][language], "text": notice["body"].get(language, "")}
            told = {"language": language, "category": notice["category"], "notice": notice["id"]}
            items.append(item(f"{notice['id']} {language}", "text", words, ms=10 * SECOND_MS, **told))
    return programme(*items)


def medium(file: str, *, width: int, height: int, text: str, **more: Any) -> dict[str, Any]:
    """The content of a picture with its title, whole, without a credit and an address to scan."""
    content = {"title": "Le forum", "url": f"/media/{file}", "width": width, "height": height, "text": text}
    return content | {"focus": None, "credit": "", "code": None} | more


def picture(name: str, file: str, **more: Any) -> dict[str, Any]:
    return item(name, "image", medium(file, width=600, height=900, text="Une affiche"), **more)


CAPTION = {"from_ms": 0, "until_ms": 10_000, "text": "Nous ouvrons le samedi matin jusqu’à midi"}


def film(name: str, file: str = "film.webm", **more: Any) -> dict[str, Any]:
    content = medium(file, width=320, height=180, text="Un film", ms=2_000, poster=None, captions=[CAPTION])
    return item(name, "video", content, ms=2_000, **more)


LONGEST_CUT = medium(
    "white.webp",
    width=900,
    height=600,
    text="La façade",
    title="L’accueil des étrangers déménage au rez-de-chaussée de l’annexe, porte B, lundi",
    focus={"x": 70, "y": 40},
    credit="Photo\u00a0: service de la communication",
    code=code_to_scan("https://www.example.org/demenagement"),
)
"""A photograph that fills its room, with the longest words and a code."""


BUSY_HOURS = {key: value for key, value in busy_hours().items() if key in ("lines", "table")} | {
    "credit": "",
    "code": None,
}
"""A card of busy hours without its title."""

POSTER: dict[str, Any] = {
    "width": 900,
    "height": 1273,
    "text": "Une affiche de format A4",
    "code": code_to_scan("https://www.example.org/affiche"),
}


def every_kind() -> list[dict[str, Any]]:
    """One item of each kind."""
    rows = [{"label": "Titre de séjour", "delay": "45 jours"}, {"label": "Permis", "delay": "12 jours"}]
    entries = [{"title": f"Nouvelle {n}", "text": "Ce qui change pour vous."} for n in range(3)]
    told = ["Vous passez avant les autres.", "Dites-le à l’accueil."]
    card = {"title": "Carte mobilité inclusion", "lines": told}
    return [
        item("rich", "text", {"title": "Votre rendez-vous", "html": RICH}),
        item("long", "text", {"title": "Un long texte", "html": "<p>Deux guichets ouvrent à midi.</p>" * 25}),
        picture("upright", "upright.webp"),
        film("film"),
        item("page", "document", medium("lying.webp", width=1200, height=500, text="Une page")),
        item("poster", "document", medium("poster.webp", **POSTER)),
        item("cut", "image", LONGEST_CUT),
        item(
            "delays",
            "delays",
            {"title": "Délais moyens", "rows": rows, "source": "ANTS", "on": "2026-11-01"},
        ),
        item("feed", "feed", {"title": "Préfecture", "entries": entries}),
        item("card", "priority_card", card, is_legal=True),
        item("busy", "busy_hours", {**BUSY_HOURS, "title": "Quand venir"}),
        *(item(each["kind"], each["kind"], each) for each in usual_templates()),
    ]
