"""Media, templates with their longest words, and a programme for a screen under test."""

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import av
from PIL import Image, ImageDraw

from server.documents.texts import hyphenate
from signage.notice_parts import code_to_scan

TITLE = "L’accueil des étrangers déménage au rez-de-chaussée de l’annexe, porte B, lundi 🎉"
WORD = "intergouvernementalisationnellementaires"
SENTENCE = (
    "Apportez l’original et une copie de chaque document, dans l’ordre de la liste reçue avec votre"
    " convocation, et une photo"
)
DETAILS = (
    "Les associations présentent leurs activités toute la journée. Un parking gratuit est ouvert rue des"
    " Lilas. Les enfants de moins de douze ans sont accueillis dans la salle du bas, et une collation est"
    " offerte à tous à 16 h."
)
ARABIC_TITLE = "ينتقل مكتب استقبال الأجانب إلى الطابق الأرضي من المبنى الملحق، الباب ب، الاثنين"
ARABIC = "أحضروا أصل كل وثيقة ونسخة منها، مرتبة حسب القائمة التي وصلتكم مع الاستدعاء إلى الموعد"
CODE = code_to_scan("https://www.example.org/rendez-vous")
NOT_WORDS = ("address", "counted", "code", "icon", "on", "kind", "language", "figure", "levels")
WHERE = [
    ["Démarche", "Étage", "Guichet"],
    ["Titres de séjour", "rez-de-chaussée", "3 à 6"],
    ["Associations", "premier", "bureau 12"],
]
ICONS = ("ticket", "id-card", "clock", "user-check", "folder-open", "circle-check")


def templates() -> list[dict[str, Any]]:
    """Contents as the player gives them to slides: each template with its longest words, then in Arabic."""
    assert len(TITLE) <= 81
    assert len(SENTENCE) <= 120
    assert len(DETAILS) <= 240
    return [_hyphenated(each) for each in (*_longest(), *_arabic(), *_usual())]


def usual_templates(**more: Any) -> list[dict[str, Any]]:
    """A date, a figure, steps, a request with its answer, and hours, in the words of an ordinary notice."""
    named = {"credit": "", "code": None} | more
    days = {"first": _day("Jeudi", "10", "décembre"), "last": None, "hours": "à 14\u00a0h"}
    steps = {
        "calendar": "De quatre à deux mois avant la fin de votre titre, faites la demande.",
        "monitor": "En ligne. Au point d’accueil numérique, on vous aide.",
        "smartphone": "Un message vous dit quand votre titre est prêt.",
        "id-card": "Venez le chercher avec l’ancien et votre passeport.",
    }
    asked = "Des sièges plus hauts, dont on se relève mieux."
    done = "Huit sièges avec accoudoirs sont près de l’accueil."
    made = [
        _of(
            "date",
            title="Le comité des usagers se réunit",
            days=days,
            place="Salle Condorcet, au premier étage, par l’ascenseur",
            details="Ouvert à tous\u00a0: venez dire ce qui vous a gêné.",
            **named,
        ),
        _of(
            "figure",
            title="L’attente à l’accueil",
            figure="8 sur 10",
            unit="",
            meaning="personnes sont appelées en moins de vingt minutes.",
            source="Rapport annuel",
            on="2026-10-31",
            **named,
        ),
        _of(
            "steps",
            title="Renouveler un titre de séjour",
            steps=[{"icon": icon, "sentence": sentence} for icon, sentence in steps.items()],
            **named,
        ),
        _of(
            "asked_and_done",
            title="Vous l’avez demandé, on l’a fait",
            lines=[asked, done],
            asked=asked,
            done=done,
            **named,
        ),
        _hours(title="Nos horaires", crowds=[], **named),
    ]
    return [_hyphenated(each) for each in made]


def large_templates() -> list[dict[str, Any]]:
    """A countdown, a closure, tables and a code to scan, in the words of an ordinary notice."""
    named: dict[str, Any] = {"credit": "", "code": None}
    made = [
        countdown("demain", "", title="Le forum des associations", details="", **named),
        closure(title="L’accueil est fermé", subject="", reason="Travaux d’électricité", **named),
        table(4, "Passeport", title="Délais et prix", **named),
        _of("table", title="Où aller\u00a0?", table=WHERE, **named),
        code(
            title="Ces informations sur votre téléphone",
            details="Lisez-les à votre rythme, dans votre langue.",
            **named | {"code": CODE},
        ),
    ]
    return [_hyphenated(each) for each in made]


def _longest() -> list[dict[str, Any]]:
    named: dict[str, Any] = {"title": TITLE, "credit": TITLE[:80], "code": CODE}
    first = _day("Mercredi", "23", "septembre 2027", "18\u00a0h\u00a030")
    days = {"first": first, "last": first, "hours": ""}
    steps = [{"icon": icon, "sentence": SENTENCE} for icon in ICONS]
    rows = [{"label": f"{n} {TITLE}", "delay": "de trois à quatre semaines"} for n in range(12)]
    return [
        _of("date", **named, days=days, place=TITLE, details=DETAILS),
        _of(
            "figure",
            **named,
            figure="1\u00a0234\u00a0567,89",
            unit="personnes reçues par an",
            meaning=f"{WORD} {SENTENCE[:79]}",
            source=TITLE,
            on="2026-11-01",
        ),
        _of("steps", **named, steps=steps),
        _of("asked_and_done", **named, lines=[DETAILS, DETAILS], asked=DETAILS, done=f"{WORD} {SENTENCE}"),
        _hours(**named, crowds=["Le plus de monde\u00a0: lundi de 9\u00a0h à 11\u00a0h"]),
        busy_hours(**named),
        _of("delays", **named, rows=rows, source=TITLE, on="2026-11-01"),
        _of("text", **named, html=f"<p>{WORD} {DETAILS}</p><p>{DETAILS}</p>"),
        countdown("encore 1\u00a0312\u00a0jours", "1\u00a0312", **named, details=DETAILS),
        closure(**named, subject=TITLE, reason=DETAILS),
        table(8, "Renouvellement intergouvernementalisa", **named),
        code(**named | {"details": f"{WORD} {SENTENCE[:79]}"}),
    ]


def _arabic() -> list[dict[str, Any]]:
    named: dict[str, Any] = {"language": "ar", "title": ARABIC_TITLE, "credit": "", "code": None}
    days = {"first": _day("الخميس", "24", "ديسمبر"), "last": None, "hours": "14:00–16:00"}
    return [
        _of("date", **named, days=days, place=ARABIC_TITLE, details=ARABIC),
        _of("figure", **named, figure="92", unit="%", meaning=ARABIC, source=ARABIC_TITLE, on="2026-11-01"),
        _of("steps", **named, steps=[{"icon": icon, "sentence": ARABIC} for icon in ICONS]),
        _of("asked_and_done", **named, lines=[ARABIC, ARABIC], asked=ARABIC, done=ARABIC),
        countdown("بقي 31\u00a0يومًا", "31", **named, details=ARABIC),
        code(**named | {"details": ARABIC, "code": CODE}),
        _of(
            "table",
            **named,
            table=[["الوثيقة", "المهلة"], ["جواز السفر", "3 أسابيع"], ["بطاقة الهوية", "أسبوعان"]],
        ),
        _hours(**named, crowds=[]),
    ]


def _usual() -> list[dict[str, Any]]:
    named: dict[str, Any] = {"title": "Forum des associations", "credit": "", "code": None}
    evening = "de 18\u00a0h\u00a030 à 20\u00a0h"
    days = {"first": _day("Vendredi", "11", "décembre"), "last": None, "hours": evening}
    rows = [{"label": f"Titre de séjour {n}", "delay": f"{n} semaines"} for n in range(6)]
    return [
        busy_hours(**named | {"title": "Quand venir ?"}),
        _of("date", **named, days=days, place="Salle des fêtes", details="Entrée libre."),
        _of("delays", **named, rows=rows, source="Bureau des titres", on="2026-11-01"),
    ]


def countdown(words: str, number: str, **more: Any) -> dict[str, Any]:
    """Days left until one, as they are counted today."""
    today = "2026-12-01"
    counted = [{"on": today, "words": words, "number": number}]
    count = {"day": _day("Jeudi", "24", "décembre"), "hours": "14\u00a0h", "counted": counted}
    return _of("countdown", count=count, today=today, **more)


def closure(**more: Any) -> dict[str, Any]:
    """A day with other hours."""
    days = {"first": _day("Jeudi", "24", "décembre"), "last": None, "hours": ""}
    return _of("closure", days=days, **{"opens": "De 9\u00a0h à 12\u00a0h", **more})


def table(rows: int, name: str, **more: Any) -> dict[str, Any]:
    """Rows with their heads."""
    lines = [[f"{n} {name}", f"{n} semaines", "28\u00a0€", "en ligne ou au guichet 4"] for n in range(rows)]
    return _of("table", table=[["Démarche", "Délai moyen", "Prix", "Comment"], *lines], **more)


def code(**more: Any) -> dict[str, Any]:
    """A code to scan, on a screen of 55 inches."""
    return _of("code", address="https://accueil.example.fr/rendez-vous", module_px=19, **more)


def _hours(**more: Any) -> dict[str, Any]:
    long = "de 8\u00a0h\u00a030 à 12\u00a0h et de 13\u00a0h\u00a030 à 16\u00a0h\u00a030"
    week = [
        {"weekdays": [0, 1], "days": "Lundi et mardi", "hours": long},
        {"weekdays": [2], "days": "Mercredi", "hours": "fermé"},
        {"weekdays": [3, 4, 5, 6], "days": "du jeudi au dimanche", "hours": long},
    ]
    special = [
        {"on": f"2099-12-2{n}", "day": f"Jeudi 2{n} décembre", "hours": "fermé", "why": "Inventaire"}
        for n in range(2)
    ]
    lines = [f"{row['days']}\u00a0: {row['hours']}" for row in week]
    return _of("hours", lines=lines, week=week, exceptions=special, today="2026-11-30", **more)


def busy_hours(**more: Any) -> dict[str, Any]:
    """A card of six weekdays and nine hours, one of them unknown."""
    names = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi")
    morning = ["moderate", "busy", "busy", "moderate", "closed"]
    words = "chargé de 9\u00a0h à 11\u00a0h, calme de 14\u00a0h à 16\u00a0h"
    days = [
        {
            "weekday": n,
            "day": day,
            "short": f"{day[:3]}.",
            "levels": [*morning, *(["closed"] * 4 if n == 5 else ["quiet", "quiet", "moderate", "unknown"])],
            "words": words,
        }
        for n, day in enumerate(names)
    ]
    table = {
        "hours": [f"{hour}\u00a0h" for hour in range(8, 17)],
        "days": days,
        "names": {
            "quiet": "calme",
            "moderate": "moyen",
            "busy": "chargé",
            "unknown": "trop peu de visites",
            "closed": "fermé",
        },
        "source": "D’après les tickets des 13 dernières semaines",
    }
    lines = [f"{day['day']}\u00a0: {day['words']}" for day in days]
    return _of("busy_hours", lines=lines, table=table, today="2026-11-30", **more)


def _day(weekday: str, day: str, month: str, hour: str = "") -> dict[str, str]:
    return {"weekday": weekday, "day": day, "month": month, "hour": hour}


def _of(kind: str, *, language: str = "fr", **content: Any) -> dict[str, Any]:
    return {"kind": kind, "language": language, "category": "practical", **content}


def _hyphenated(value: Any, name: str = "") -> Any:
    """Long words parted as the server does."""
    if isinstance(value, dict):
        return {key: _hyphenated(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_hyphenated(each, name) for each in value]
    is_text = isinstance(value, str) and name not in NOT_WORDS
    return hyphenate(value, "fr") if is_text else value


# --- media and a programme for a screen under test --------------------------------------------


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
    image = Image.new("RGB", (900, 1273), "#1f6f6b")
    ImageDraw.Draw(image).rectangle((60, 1263, 839, 1272), fill="#d21f1f")
    image.save(folder / "row.png")
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

LAST_ROW = medium("row.png", width=900, height=1273, text="Une affiche", has_title=False)
"""A poster that says something in its last rows of pixels, and carries its own title."""

POSTER = medium("poster.webp", width=900, height=1273, text="Une affiche de format A4", code=CODE)


def busy_on_the_third_day() -> dict[str, Any]:
    """The card of busy hours, whose third row is today’s whatever the day: its mark makes a name longer."""
    today, table = datetime.now(ZoneInfo("Europe/Paris")).weekday(), busy_hours()["table"]
    days = [day | {"weekday": (day["weekday"] + today - 2) % 7} for day in table["days"]]
    return BUSY_HOURS | {"table": table | {"days": days}}


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
        item("poster", "document", POSTER),
        item("page", "document", medium("lying.webp", width=1200, height=500, text="Une page")),
        item("cut", "image", LONGEST_CUT),
        item(
            "delays",
            "delays",
            {"title": "Délais moyens", "rows": rows, "source": "ANTS", "on": "2026-11-01"},
        ),
        item("feed", "feed", {"title": "Préfecture", "entries": entries}),
        item("card", "priority_card", card, is_legal=True),
        item("busy", "busy_hours", {**busy_on_the_third_day(), "title": "Quand venir"}),
        *(item(each["kind"], each["kind"], each) for each in (*usual_templates(), *large_templates())),
    ]
