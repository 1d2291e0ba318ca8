"""The kiosk's page: one document with the sentences of every language, and the code to scan as a picture."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter
from urllib.parse import quote

import segno
from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request
from markupsafe import Markup

from hardware.languages import Language, base_of
from kiosk.menu import Translate
from kiosk.mounting import low_band

LONGEST_CODE = 200
"""Characters of the address in a code: it stays large enough on screen for any phone."""

_STATIC = Path(__file__).parent / "static"
_DRAWINGS = Path(__file__).parent / "drawings"
_WORKER = _STATIC / "worker.js"
_CATALOGUE = Path(__file__).parent / "translations" / "fr" / "LC_MESSAGES" / "kiosk.po"
_FILE_OF_PAGE = re.compile(r'(?:href|src)="(/[^"#]+)"')
_ASSET = re.compile(r'"/assets/([\w./-]+)"')
_NOT_ON_THE_PAGE = (
    "kiosk.hour.",
    "kiosk.opens.",
    "kiosk.weekday.",
    "kiosk.month.",
    "kiosk.paper.",
    "kiosk.spoken.",
)
_USUAL_BANDS = {
    "portrait": low_band(78, 69, width_px=1080, height_px=1920).as_message(),
    "landscape": low_band(95, 61, width_px=1920, height_px=1080).as_message(),
}
"""Bands of a floor-standing 69 cm portrait and a 61 cm landscape screen, where no mounting is declared."""

type PageSentences = Mapping[str, str | Mapping[str, str]]


def blueprint(
    *,
    translate: Translate,
    languages: Sequence[Language],
    public_url: str | None = None,
    is_published_address: Callable[[str], bool] = lambda _: False,
    voices: Sequence[str] = (),
    has_sound: bool = True,
    alert_signs: str = "",
    assets: Path | None = None,
    framed: Mapping[str, str] | None = None,
) -> Blueprint:
    """The routes `/kiosk`, `/static/kiosk/…`, and below `/kiosk/`: `qr.svg`, `icons.css`, `app.webmanifest`,
    `worker.js`.

    `languages` are those of visitors, the first one shown at rest: a menu says which its hall offers.
    `public_url` is what every code must start with (None: none to follow a ticket); `is_published_address`
    says whether a hall publishes an address, where something is booked or done on line; `voices` are the
    languages in which the server reads a view aloud (none: « Écouter » is not offered); `has_sound` lets the
    page add a soft tick to the warning before it returns to the start; `alert_signs` are the signs of
    the screens' alerts, SVG symbols by `sign-KIND`; `assets` is the folder behind `/assets`; `framed` are the
    headers of the same page inside another one, to preview a look.
    """
    routes = Blueprint(
        "kiosk",
        __name__,
        static_folder="static",
        static_url_path="/static/kiosk",
        template_folder="templates",
    )
    context = {
        "release": release(),
        "languages": [{"code": x.code, "name": x.name, "dir": x.direction} for x in languages],
        "sentences": {x.code: page_sentences(translate, x.code) for x in languages},
        "bands": _USUAL_BANDS,
        "voices": list(voices),
        "has_sound": has_sound,
        "has_codes": public_url is not None,
        "alerts": alert_words(translate, [x.code for x in languages]),
    }

    @routes.get("/kiosk")
    def page() -> str:
        return written()

    @routes.get("/affichage/apercu/borne")
    def preview() -> Response:
        response = make_response(written(is_preview=True))
        response.headers.update(framed or {})
        return response

    @routes.get("/kiosk/worker.js")
    def service_worker() -> Response:
        release = json.dumps(release_of(written(), assets))
        text = f"const RELEASE = {release};\n{_WORKER.read_text(encoding='utf-8')}"
        response = Response(text, mimetype="text/javascript")
        response.headers["Service-Worker-Allowed"] = "/kiosk"
        response.headers["Cache-Control"] = "no-cache"
        return response

    def written(*, is_preview: bool = False) -> str:
        return render_template(
            "kiosk/kiosk.html",
            context={**context, "is_preview": is_preview},
            first=languages[0],
            translate=translate,
            has_voice=bool(voices),
            alert_signs=Markup(alert_signs),
        )

    @routes.get("/kiosk/app.webmanifest")
    def manifest() -> Response:
        """Lets a tablet open the kiosk from its home screen, without the bars of a browser.

        Its scope is the whole site: an unpaired kiosk goes to the page that shows a code.
        """
        icon = {"src": "/assets/icons/ticket.svg", "sizes": "any", "type": "image/svg+xml"}
        name = translate("kiosk.page.title", languages[0].code)
        described = {"id": "/kiosk", "name": name, "start_url": "/kiosk", "scope": "/", "icons": [icon]}
        response = jsonify({**described, "display": "fullscreen", "lang": languages[0].code})
        response.mimetype = "application/manifest+json"
        return response

    @routes.get("/kiosk/icons.css")
    def icons() -> Response:
        """All drawings of the page in one stylesheet: a kiosk has them before its server may be away."""
        icons = sorted((assets / "icons").glob("*.svg")) if assets else []
        found = [*icons, *sorted(_DRAWINGS.glob("*.svg"))]
        drawn = "".join(f"--drawn-{each.stem}: url({drawing_as_url(each)});" for each in found)
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(f":root {{{drawn}}}", mimetype="text/css", headers=headers)

    @routes.get("/kiosk/qr.svg")
    def code_to_scan() -> Response:
        text = request.args.get("text", "")
        if not (is_own_address(text, public_url) or is_published_address(text)):
            abort(404)
        return Response(code_as_svg(text), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})

    return routes


@cache
def release_of(page: str, assets: Path | None) -> dict[str, object]:
    """What the service worker keeps: its `files` (addresses), and a `version` that changes with any.

    They are those that the page, its scripts and its styles name; nothing of a visitor is one of them.
    """
    named = _FILE_OF_PAGE.findall(page)
    folder = next(each for each in named if each.endswith("/kiosk.js")).rpartition("/")[0]
    scripts = sorted(path for path in _STATIC.glob("*.js") if path != _WORKER)
    texts = [page, *(path.read_text(encoding="utf-8") for path in scripts)]
    if assets is not None:
        texts.append((assets / "tokens.css").read_text(encoding="utf-8"))
    used = sorted({name for text in texts for name in _ASSET.findall(text)})
    kept = [name for name in used if assets is None or (assets / name).is_file()]
    contents = [page.encode(), *(path.read_bytes() for path in sorted(_STATIC.iterdir()))]
    contents += [(assets / name).read_bytes() for name in kept if assets is not None]
    digest = hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in contents))
    files = ["/kiosk", *named, *(f"{folder}/{path.name}" for path in scripts)]
    files += [f"/assets/{name}" for name in kept]
    return {"version": digest.hexdigest()[:16], "files": list(dict.fromkeys(files))}


def drawing_as_url(drawing: Path) -> str:
    """An SVG drawing as an address that holds it whole."""
    return f'"data:image/svg+xml,{quote(drawing.read_text(encoding="utf-8"), safe="/ :=,;()<>")}"'


@cache
def release() -> str:
    """The release of the kiosk's page: it changes with any of its files."""
    own = Path(__file__).parent
    kept = sorted(
        path for folder in ("drawings", "static", "templates") for path in (own / folder).rglob("*.*")
    )
    digests = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in kept)
    return hashlib.sha256(digests).hexdigest()[:16]


def is_own_address(text: str, public_url: str | None) -> bool:
    """Whether an address is below the public address: the kiosk shows no code of another site."""
    if not public_url or len(text) > LONGEST_CODE or not text.isprintable():
        return False
    return text.startswith(public_url.rstrip("/") + "/")


def code_as_svg(text: str) -> bytes:
    """A QR code (ISO/IEC 18004, level M or better, quiet zone of 4 modules), black on white, to any size."""
    picture = BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture, kind="svg", border=4, dark="#000", light="#fff", omitsize=True, xmldecl=False, nl=False
    )
    return picture.getvalue()


def alert_words(translate: Translate, languages: Sequence[str]) -> dict[str, object]:
    """What a kiosk shows in an alert, by language, in the words of the hall's screens."""
    return {each: _alert_words(translate, each) for each in languages}


def _alert_words(translate: Translate, language: str) -> dict[str, object]:
    kinds = {
        kind: {part: translate(f"signage.alert.{kind}_{part}", language) for part in ("title", "text")}
        for kind in ("evacuate", "shelter", "medical", "taken_back")
    }
    around = {name: translate(f"signage.alert.{name}", language) for name in ("drill", "not_fire")}
    return {"kinds": kinds, **around}


def page_sentences(translate: Translate, language: str) -> PageSentences:
    """Every sentence of the page by key, placeholders left open; a counted one as its CLDR plural forms."""
    return {
        _key(each): _counted(translate, _key(each), language)
        if each.pluralizable
        else _open(translate, each, language)
        for each in _messages()
        if not _key(each).startswith(_NOT_ON_THE_PAGE)
    }


@cache
def _messages() -> list[Message]:
    with _CATALOGUE.open("rb") as opened:
        return [each for each in read_po(opened, locale="fr") if each.id]


class _OpenCount(int):
    """A number that chooses a plural form and prints as its placeholder."""

    def __format__(self, _: str) -> str:
        return "{count}"

    __str__ = __repr__ = lambda _: "{count}"


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _open(translate: Translate, message: Message, language: str) -> str:
    names = [name for _, name, _, _ in Formatter().parse(str(message.string)) if name]
    return translate(_key(message), language, **{name: f"{{{name}}}" for name in names})


def _counted(translate: Translate, key: str, language: str) -> dict[str, str]:
    forms = plural_samples(language).items()
    return {form: translate(key, language, count=_OpenCount(number)) for form, number in forms}


@cache
def plural_samples(language: str) -> dict[str, int]:
    """The smallest number, up to 200, that takes each plural form of a language; as French where unknown."""
    try:
        rule = Locale.parse(base_of(language), sep="-").plural_form
    except (ValueError, UnknownLocaleError):
        rule = Locale.parse("fr").plural_form
    samples: dict[str, int] = {}
    for number in range(201):
        samples.setdefault(rule(number), number)
    return samples
