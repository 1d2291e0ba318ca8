"""`/dire/<hall>`: write a suggestion, a complaint or thanks, then follow it. No account, no JavaScript.

The only cookie is that of the form. What was written is never shown again: the follow-up has the state and
the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from server.apart import CallApart
from server.domain.complaints import (
    CONTACT_KEPT,
    PUBLIC_CHANNELS,
    Channel,
    EntryKind,
    EntryRequest,
    grouped,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall_checks import OF_ENTRY
from server.domain.refusals import Refusal
from server.domain.typed_fields import longest_of
from server.ids import new_token
from server.store.transactions.database import Database
from server.usecases.complaints.entries import OwnEntry, add_entry, open_register, read_own_entry
from server.usecases.hall_checks import prepare_entry_photographs
from server.web.access.guards import check_limits
from server.web.access.requirements import Access, open_to
from server.web.pages.quality.wording import short_day
from server.web.pages.voice.hall_checks import largest_form, sent_photographs
from server.web.pages.voice.register_entry import form_token
from server.web.rendering.problems import problems_of, read_form, status_of
from server.web.rendering.viewer import page_language

USUAL_FORM = 50_000
"""Bytes of a form without photographs."""


@dataclass(frozen=True, slots=True)
class PublicRegister:
    """What the pages need; `languages` are (code, own name), each `slow…` may raise a 429 of its own.

    `slow_sent`: of what is sent by a channel, from one address and from its network; `slow_photographs`: of
    forms that are read though they are large. `call_apart`: decodes photographs.
    """

    database: Database
    languages: Sequence[tuple[str, str]]
    slow_sent: Sequence[Callable[[], None]]
    slow_photographs: Callable[[], None]
    slow_codes: Callable[[], None]
    call_apart: CallApart

    def hall(self, hall: str) -> HallConfiguration:
        """The hall of an address; 404 for one that is not there, or whose site has no register."""
        try:
            return open_register(self.database, hall)
        except Refusal:
            abort(404)

    def language_links(self) -> list[dict[str, str]]:
        """The same page in each language of the interface."""
        kept = {name: value for name, value in request.args.items() if name != "lang"}
        return [
            {"code": code, "name": name, "href": "?" + urlencode({**kept, "lang": code})}
            for code, name in self.languages
        ]


def public_register_pages(pages: PublicRegister) -> Blueprint:
    """The routes. A hall whose site has no register is answered as one that does not exist."""
    routes = Blueprint("public_register", __name__, template_folder="templates")

    @routes.url_value_preprocessor
    def allow_photographs(_: object, named: dict[str, str] | None) -> None:
        """The form is read before its view runs: the CSRF guard reads it."""
        if request.method == "POST" and (request.content_length or 0) > USUAL_FORM:
            pages.hall((named or {}).get("hall", ""))
            pages.slow_photographs()
            request.max_content_length = largest_form(OF_ENTRY)

    @routes.errorhandler(RequestEntityTooLarge)
    def too_large(error: RequestEntityTooLarge) -> AnyResponse:
        hall = pages.hall(str((request.view_args or {}).get("hall", "")))
        return _uncached(_form(pages, hall, {}, OF_ENTRY.too_large()), error.code or 413)

    @routes.get("/dire/<hall>")
    @open_to(Access.EVERYBODY)
    def write(hall: str) -> Response:
        return _uncached(_form(pages, pages.hall(hall), request.args))

    @routes.post("/dire/<hall>")
    @open_to(Access.EVERYBODY)
    def send(hall: str) -> AnyResponse:
        configuration, language = pages.hall(hall), page_language()
        fields = request.form
        try:
            check_limits("register_flooded", *pages.slow_sent)
            photographs = prepare_entry_photographs(pages.call_apart, sent_photographs(OF_ENTRY))
            added = add_entry(
                pages.database,
                configuration.hall,
                read_form(
                    EntryRequest,
                    fields,
                    channel=channel_of(fields),
                    written_on="",
                    photographs=photographs,
                ),
                form=form_token(),
                language=language,
                channels=PUBLIC_CHANNELS,
            )
        except Refusal as refusal:
            return _uncached(_form(pages, configuration, fields, refusal), status_of(refusal))
        query = {"reference": added["reference"], "code": added["secret"], "envoi": "1", "lang": language}
        return redirect(f"/dire/{configuration.hall}/suivi?{urlencode(query)}", 303)

    @routes.get("/dire/<hall>/suivi")
    @open_to(Access.EVERYBODY)
    def follow(hall: str) -> Response:
        configuration = pages.hall(hall)
        reference, code = request.args.get("reference", "")[:40], request.args.get("code", "")[:40]
        found: OwnEntry | None = None
        if reference or code:
            pages.slow_codes()
            try:
                found = read_own_entry(pages.database, hall, reference=reference, secret=code)
            except Refusal:
                found = None
        is_unknown = bool(reference or code) and found is None
        page = render_template(
            "complaints/follow.html",
            hall=configuration,
            entry=found,
            is_unknown=is_unknown,
            is_sent="envoi" in request.args,
            typed_reference=reference,
            typed_code=code,
            code=grouped(code),
            contact_days=configuration.site.complaints.contact_days,
            day=lambda on: short_day(on, page_language()),
            language_links=pages.language_links(),
        )
        return _uncached(page, 404 if is_unknown else 200)

    return routes


def channel_of(fields: Mapping[str, str]) -> Channel:
    """The channel of a form: the code of a kiosk leads to one of its own."""
    return Channel.KIOSK if fields.get("par") == "borne" else Channel.WEB


def _form(
    pages: PublicRegister,
    hall: HallConfiguration,
    fields: Mapping[str, str],
    refusal: Refusal | None = None,
) -> str:
    """The form, with what was typed and what is wrong with it."""
    language = page_language()
    typed = fields if refusal else {"kind": fields.get("kind", "")}
    return render_template(
        "complaints/write.html",
        hall=hall,
        kinds=list(EntryKind),
        on_phone=True,
        typed=read_form(EntryRequest, typed),
        is_kiosk=channel_of(fields) is Channel.KIOSK,
        form=fields.get("formulaire", "")[:64] if refusal else new_token(),
        problems=problems_of(refusal),
        longest=longest_of(EntryRequest),
        photographs={"most": OF_ENTRY.most, "megabytes": OF_ENTRY.largest // 1_000_000},
        contact_days=hall.site.complaints.contact_days,
        answer_days=hall.site.complaints.answer_days,
        erased_on=short_day(_last_day(pages.database.clock.now(), hall), language),
        language_links=pages.language_links(),
    )


def _last_day(now: datetime, hall: HallConfiguration) -> date:
    """The day on which a contact given now is erased where nobody answers."""
    return (now + CONTACT_KEPT).astimezone(ZoneInfo(hall.site.time_zone)).date()


def _uncached(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
