"""The page a hall screen shows: `/screen`, with its styles and scripts, and what keeps it without network."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter

from babel import Locale
from babel.messages.pofile import read_po
from flask import Blueprint, Response, make_response, render_template, send_from_directory

from hardware.languages import VISITOR_LANGUAGES
from signage.announcement import Translate, alert_texts
from signage.notice_parts import STEP_ICONS

START = "signage.screen."
"""How the keys of the page's sentences begin."""
WAYS = ("ahead", "back", "down", "left", "right", "up")

STATIC = Path(__file__).parent / "static"

OWN_THREADS = ("worker.js", "watch.js")
"""Served under `/screen`, so that they are in its scope: the service worker, and the watch over frames."""

ASSETS = (
    "reload_incomplete.js",
    "tokens.css",
    "look.js",
    "renewal.js",
    "freshness.js",
    "directions.js",
    "socket.io.esm.min.js",
    "fonts/atkinson-hyperlegible-next-latin.woff2",
    "fonts/atkinson-hyperlegible-next-latin-ext.woff2",
    "fonts/atkinson-hyperlegible-next-latin-italic.woff2",
    *(f"fonts/noto-sans-{letters}.woff2" for letters in ("arabic", "arabic-letters", "cyrillic")),
    *(f"icons/{icon}.svg" for icon in dict.fromkeys(("megaphone", "arrow-down", *STEP_ICONS))),
)
"""What the page needs of `/assets`."""
_DRAWINGS = Path(__file__).parent / "templates" / "signage" / "_alert_signs.html"
_CATALOGUE = Path(__file__).parent / "translations" / "fr" / "LC_MESSAGES" / "signage.po"


class ScreenPages(Blueprint):
    """The blueprint. Its page also contains the `release` that it was served from."""

    release: Callable[[], str]


@cache
def _placeholders() -> Mapping[str, tuple[str, ...]]:
    """The keys of the page's sentences, and the placeholders that its scripts fill."""
    with _CATALOGUE.open("rb") as file:
        french = {str(each.id): str(each.string) for each in read_po(file) if str(each.id).startswith(START)}
    parsed = ((key, Formatter().parse(text)) for key, text in french.items())
    return {key: tuple(name for _, name, _, _ in parts if name) for key, parts in parsed}


def screen_sentences(translate: Translate, language: str) -> dict[str, str]:
    """Return the screen's sentences in a language; the page's scripts fill the placeholders."""
    return {
        key.removeprefix(START): translate(key, language, **{name: f"{{{name}}}" for name in names})
        for key, names in _placeholders().items()
    }


def release_of(page: bytes, assets: Path | None, static: str = "/static") -> dict[str, object]:
    """Return what the service worker keeps: its `files` (paths), and a `version` that changes with any.

    `static` is the folder in whose addresses the page names its styles and scripts.
    """
    own = sorted(path for path in STATIC.iterdir() if path.is_file())
    kept = [name for name in ASSETS if assets is None or (assets / name).exists()]
    contents = [page, *(path.read_bytes() for path in own)]
    contents += [(assets / name).read_bytes() for name in kept if assets is not None]
    digest = hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in contents))
    scripts = [f"{static}/signage/{path.name}" for path in own if path.name not in OWN_THREADS]
    files = ["/screen", "/screen/watch.js", *scripts, *(f"/assets/{name}" for name in kept)]
    return {"version": digest.hexdigest()[:16], "files": files}


def blueprint(
    *,
    translate: Translate,
    languages: Sequence[str],
    is_demonstration: bool = False,
    framed: Mapping[str, str] | None = None,
    assets: Path | None = None,
    static: str = "/static",
) -> ScreenPages:
    """Return the blueprint serving `/screen`, its service worker, and `/static/signage/…`.

    `/affichage/apercu` is the same page inside another one, to preview a notice; `framed` are the headers
    that allow it.

    `languages` are the interface's, the first being the page's own. The page holds nothing about a hall: its
    device token names the hall, and everything else comes through the API. `assets` is the folder behind
    `/assets`, so that the service worker knows when one of its files has changed; `static` the folder that
    templates name for `/static`.
    """
    pages = ScreenPages(
        "signage",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static/signage",
    )
    sentences = {
        language: {
            "dir": Locale.parse(language).text_direction,
            "sentences": screen_sentences(translate, language),
        }
        for language in languages
    }
    own = languages[0]
    ways = {
        code: {way: translate(f"signage.screen.arrow_{way}", code) for way in WAYS}
        for code in VISITOR_LANGUAGES
    }
    alerts = {"own": own, "languages": alert_texts(translate)}

    def written(release: str, *, is_preview: bool = False) -> str:
        return render_template(
            "signage/screen.html",
            language=own,
            direction=sentences[own]["dir"],
            sentences=sentences,
            ways=ways,
            alerts=alerts,
            alert_label=translate("signage.alert.label", own),
            says=sentences[own]["sentences"],
            is_demonstration=is_demonstration,
            is_preview=is_preview,
            release=release,
        )

    @cache
    def kept() -> dict[str, object]:
        return release_of(written("").encode(), assets, static)

    @cache
    def worker() -> str:
        return f"const RELEASE = {json.dumps(kept())};\n{(STATIC / 'worker.js').read_text(encoding='utf-8')}"

    pages.release = lambda: str(kept()["version"])

    @pages.get("/screen")
    def screen() -> Response:
        return _revalidated(make_response(written(pages.release())))

    @pages.get("/screen/worker.js")
    def service_worker() -> Response:
        response = Response(worker(), mimetype="text/javascript")
        response.headers["Service-Worker-Allowed"] = "/screen"
        return _revalidated(response)

    @pages.get("/screen/watch.js")
    def watch() -> Response:
        return _revalidated(send_from_directory(STATIC, "watch.js", mimetype="text/javascript"))

    @pages.get("/affichage/apercu")
    def preview() -> Response:
        response = _revalidated(make_response(written(pages.release(), is_preview=True)))
        response.headers.update(framed or {})
        return response

    return pages


def _revalidated(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    return response


@cache
def alert_signs() -> str:
    """Return SVG symbols, `#sign-KIND` for each kind of alert."""
    return _DRAWINGS.read_text(encoding="utf-8")
