"""The page a hall screen shows: `/screen`, with its styles and scripts."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, make_response, render_template

from signage.alert_texts import RIGHT_TO_LEFT, Translate, alert_texts

SENTENCES = {
    "announcement": ("number", "place"),
    "called": (),
    "break": (),
    "break_hint": (),
    "category_hours": (),
    "category_legal": (),
    "category_missions": (),
    "category_practical": (),
    "category_safety": (),
    "category_survey": (),
    "closed": (),
    "connecting": (),
    "demonstration": (),
    "empty": (),
    "empty_hint": (),
    "footer": (),
    "hours": ("hours", "minutes"),
    "last_calls": (),
    "minutes": ("minutes",),
    "more_calls_one": ("number",),
    "more_calls_other": ("number",),
    "next_opening": (),
    "no_wait": (),
    "not_live": ("time",),
    "not_live_date": ("date", "time"),
    "notice": (),
    "opening_day": ("day", "time"),
    "opening_today": ("time",),
    "people_one": ("number",),
    "people_other": ("number",),
    "range": ("low", "high"),
    "range_minutes": ("low", "high"),
    "recall": ("rank",),
    "refused": (),
    "refused_hint": (),
    "rest": (),
    "rest_hint": (),
    "sound_off": (),
    "still_called": (),
    "ticket_now": (),
    "under": ("high",),
    "unknown": (),
    "unknown_hint": (),
    "waiting": (),
    "welcome": (),
}
"""The page's sentences (`signage.screen.<name>`) and the placeholders its scripts fill."""


def screen_sentences(translate: Translate, language: str) -> dict[str, str]:
    """Return the screen's sentences in a language; the page's scripts fill the placeholders."""
    return {
        name: translate(
            f"signage.screen.{name}", language, **{value: f"{{{value}}}" for value in placeholders}
        )
        for name, placeholders in SENTENCES.items()
    }


def blueprint(
    *,
    translate: Translate,
    languages: Sequence[str],
    is_demonstration: bool = False,
    framed: Mapping[str, str] | None = None,
) -> Blueprint:
    """Return the blueprint serving `/screen`, `/affichage/apercu` and `/static/signage/…`.

    The second is the same page inside another one, to look at a notice; `framed` are the headers that let it.

    `languages` are the interface's, the first being the page's own. The page holds nothing about a hall: its
    device token names the hall, and everything else comes through the API.
    """
    pages = Blueprint(
        "signage",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static/signage",
    )
    sentences = {
        language: {
            "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr",
            "sentences": screen_sentences(translate, language),
        }
        for language in languages
    }
    own = languages[0]
    alerts = {"own": own, "languages": alert_texts(translate)}

    def page(*, is_preview: bool) -> Response:
        response = make_response(
            render_template(
                "signage/screen.html",
                language=own,
                direction=sentences[own]["dir"],
                sentences=sentences,
                alerts=alerts,
                alert_label=translate("signage.alert.label", own),
                says=sentences[own]["sentences"],
                title=translate("signage.screen.title", own),
                needs_javascript=translate("signage.screen.needs_javascript", own),
                is_demonstration=is_demonstration,
                is_preview=is_preview,
            )
        )
        response.headers["Cache-Control"] = "no-cache"
        return response

    @pages.get("/screen")
    def screen() -> Response:
        return page(is_preview=False)

    @pages.get("/affichage/apercu")
    def preview() -> Response:
        response = page(is_preview=True)
        response.headers.update(framed or {})
        return response

    return pages
