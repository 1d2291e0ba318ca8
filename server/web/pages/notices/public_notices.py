"""A hall’s notices at one’s own pace: `/infos/<hall>` lists them, each has a page; no account, no cookie."""

from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask import Response, abort, render_template, request

from server.domain.hall.configuration import HallConfiguration
from server.domain.notices.public import language_to_read
from server.domain.refusals import Refusal
from server.store.notices.media import MediaFiles
from server.usecases.hall.read_board import read_alert_message
from server.usecases.notices.public_types import NoticeText, PublicNotice, PublicNotices
from server.usecases.notices.read_public_notices import is_public_file, read_public_notices
from server.web.access.callers import database
from server.web.access.requirements import Access, Allowance, PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.hall.phone import alert_languages, alert_words
from server.web.pages.notices.media import library_file
from server.web.rendering import page
from signage.announcement import alert_texts

FILE_KEPT_S = 300
"""How long a browser keeps a picture: what is withdrawn is soon gone there too."""


files = of_app(MediaFiles)
public_notice_pages = PageRoutes("public_notices", __name__, template_folder="templates")
"""The list, a notice, and the files of what may be read now."""


def _hall(hall: str) -> HallConfiguration:
    """The hall of an address; 404 for one that is not there."""
    try:
        return database().configuration(database().hall_id(hall))
    except Refusal:
        abort(404)


def _page(template: str, hall: HallConfiguration, found: PublicNotices, **values: object) -> str:
    """A page of the hall, with the alert that is shown there now."""
    page.wear_look_of(hall.site.slug)
    read_at = datetime.fromisoformat(found["as_of"]).astimezone(ZoneInfo(hall.site.time_zone))
    return render_template(
        f"public_notices/{template}.html",
        hall_name=hall.name,
        hall_address=f"/infos/{quote(hall.hall)}",
        has_public_page=hall.site.has_public_page,
        language_links=page.language_links(without=("lang", "in")),
        alert=_alert(hall),
        as_of=format_time(read_at, "HH:mm", locale=page.language()),
        again=request.full_path.rstrip("?"),
        file_address=_file_address,
        **values,
    )


def _alert(hall: HallConfiguration) -> list[tuple[str, str, str]]:
    """The words of the hall’s alert: language, title, text; none without one."""
    message = read_alert_message(database(), database().hall_id(hall.hall))
    alert, language = message["alert"], page.language()
    prepared = alert_texts(page.translate, alert_languages(language, hall.read_languages))
    words = alert_words(alert, language, prepared)
    if alert is None or not alert["drill"]:
        return words
    first = next(iter(prepared))
    return [(first, prepared[first]["drill"], ""), *words]


def _file_address(hall_address: str, url: str | None) -> str | None:
    """Where everybody reads a file of the library; None where the file is missing."""
    name = (url or "").removeprefix("/media/")
    return f"{hall_address}/fichiers/{name}" if files.path(name) else None


@public_notice_pages.get("/infos/<hall>", Access.EVERYBODY)
def listed(hall: str) -> str:
    configuration = _hall(hall)
    found = read_public_notices(database(), hall, page.translate)
    entries = [(notice, _text_to_read(notice)) for notice in found["notices"]]
    return _page("list", configuration, found, entries=entries)


@public_notice_pages.get("/infos/<hall>/<notice>", Access.EVERYBODY)
def one(hall: str, notice: str) -> str | tuple[str, int]:
    configuration = _hall(hall)
    found = read_public_notices(database(), hall, page.translate)
    ids = [each["id"] for each in found["notices"]]
    if notice not in ids:
        return _page("gone", configuration, found), 404
    place = ids.index(notice)
    shown = found["notices"][place]
    return _page(
        "notice",
        configuration,
        found,
        notice=shown,
        text=_text_to_read(shown),
        place=place + 1,
        total=len(ids),
        previous=ids[place - 1] if place else None,
        next=ids[place + 1] if place + 1 < len(ids) else None,
    )


@public_notice_pages.get("/infos/<hall>/fichiers/<name>", Access.EVERYBODY, allowance=Allowance.FILES)
def file(hall: str, name: str) -> Response:
    _hall(hall)
    path = files.path(name)
    if path is None or not is_public_file(database(), hall, name, page.translate):
        abort(404)
    return library_file(path, f"private, max-age={FILE_KEPT_S}")


def _text_to_read(notice: PublicNotice) -> NoticeText:
    """The text of a notice in the language of the address (`in`), else of the page, else French."""
    texts = {text["language"]: text for text in notice["texts"]}
    chosen = request.args.get("in", "")
    return texts[language_to_read(list(texts), chosen if chosen in texts else page.language())]
