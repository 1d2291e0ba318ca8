"""A hall’s notices at one’s own pace: `/infos/<hall>` lists them, each has a page; no account, no cookie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask import Blueprint, Response, abort, make_response, render_template, request, send_file

from server.domain.hall.configuration import HallConfiguration
from server.domain.notices.public import language_to_read
from server.domain.refusals import Refusal
from server.store.notices.media import MediaFiles
from server.store.transactions.database import Database
from server.usecases.hall.read_board import read_alert_message
from server.usecases.notices.public_blocks import NoticeText, PublicNotice, PublicNotices
from server.usecases.notices.read_public_notices import is_public_file, read_public_notices
from server.web.access.requirements import Access, Allowance, open_to
from server.web.pages.hall.phone import alert_languages, alert_words
from server.web.rendering.viewer import page_language
from signage.announcement import alert_texts
from signage.media import CONTENT_TYPES

FILE_KEPT_S = 300
"""How long a browser keeps a picture: what is withdrawn is soon gone there too."""


@dataclass(frozen=True, slots=True)
class PublicNoticePages:
    """What the pages need; `languages` are (code, own name)."""

    database: Database
    files: MediaFiles
    translate: Callable[..., str]
    languages: Sequence[tuple[str, str]]

    def hall(self, hall: str) -> HallConfiguration:
        """The hall of an address; 404 for one that is not there."""
        try:
            return self.database.configuration(self.database.hall_id(hall))
        except Refusal:
            abort(404)

    def language_links(self) -> list[dict[str, str]]:
        """The same page in each language of the interface."""
        kept = {name: value for name, value in request.args.items() if name not in ("lang", "in")}
        return [
            {"code": code, "name": name, "href": "?" + urlencode({**kept, "lang": code})}
            for code, name in self.languages
        ]

    def page(self, template: str, hall: HallConfiguration, found: PublicNotices, **values: object) -> str:
        """A page of the hall, with the alert that is shown there now."""
        read_at = datetime.fromisoformat(found["as_of"]).astimezone(ZoneInfo(hall.site.time_zone))
        return render_template(
            f"public_notices/{template}.html",
            hall_name=hall.name,
            hall_address=f"/infos/{quote(hall.hall)}",
            has_public_page=hall.site.has_public_page,
            language_links=self.language_links(),
            alert=self._alert(hall),
            as_of=format_time(read_at, "HH:mm", locale=page_language()),
            again=request.full_path.rstrip("?"),
            file_address=self._file_address,
            **values,
        )

    def _alert(self, hall: HallConfiguration) -> list[tuple[str, str, str]]:
        """The words of the hall’s alert: language, title, text; none without one."""
        message = read_alert_message(self.database, self.database.hall_id(hall.hall))
        alert, language = message["alert"], page_language()
        prepared = alert_texts(self.translate, alert_languages(language, hall.read_languages))
        words = alert_words(alert, language, prepared)
        if alert is None or not alert["drill"]:
            return words
        first = next(iter(prepared))
        return [(first, prepared[first]["drill"], ""), *words]

    def _file_address(self, hall_address: str, url: str | None) -> str | None:
        """Where everybody reads a file of the library; None where the file is missing."""
        name = (url or "").removeprefix("/media/")
        return f"{hall_address}/fichiers/{name}" if self.files.path(name) else None


def public_notice_pages(pages: PublicNoticePages) -> Blueprint:
    """The routes: the list, a notice, and the files of what may be read now."""
    routes = Blueprint("public_notices", __name__, template_folder="templates")

    @routes.get("/infos/<hall>")
    @open_to(Access.EVERYBODY)
    def listed(hall: str) -> Response:
        configuration = pages.hall(hall)
        found = read_public_notices(pages.database, hall, pages.translate)
        entries = [(notice, _text_to_read(notice)) for notice in found["notices"]]
        return _uncached(pages.page("list", configuration, found, entries=entries))

    @routes.get("/infos/<hall>/<notice>")
    @open_to(Access.EVERYBODY)
    def one(hall: str, notice: str) -> Response:
        configuration = pages.hall(hall)
        found = read_public_notices(pages.database, hall, pages.translate)
        ids = [each["id"] for each in found["notices"]]
        if notice not in ids:
            return _uncached(pages.page("gone", configuration, found), 404)
        place = ids.index(notice)
        shown = found["notices"][place]
        return _uncached(
            pages.page(
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
        )

    @routes.get("/infos/<hall>/fichiers/<name>")
    @open_to(Access.EVERYBODY, allowance=Allowance.FILES)
    def file(hall: str, name: str) -> Response:
        pages.hall(hall)
        path = pages.files.path(name)
        if path is None or not is_public_file(pages.database, hall, name, pages.translate):
            abort(404)
        content_type = CONTENT_TYPES[path.suffix.removeprefix(".")]
        response = send_file(path, mimetype=content_type, conditional=True, etag=path.stem)
        response.headers["Cache-Control"] = f"private, max-age={FILE_KEPT_S}"
        return response

    return routes


def _text_to_read(notice: PublicNotice) -> NoticeText:
    """The text of a notice in the language of the address (`in`), else of the page, else French."""
    texts = {text["language"]: text for text in notice["texts"]}
    chosen = request.args.get("in", "")
    return texts[language_to_read(list(texts), chosen if chosen in texts else page_language())]


def _uncached(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
