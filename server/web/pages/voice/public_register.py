"""`/dire/<hall>`: write a suggestion, a complaint or thanks, then follow it. No account, no JavaScript.

The only cookie is that of the form. What was written is never shown again: the follow-up has the state and
the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, abort, redirect, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

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
from server.domain.photographs import OF_ENTRY
from server.domain.refusals import Refusal
from server.domain.typed_fields import longest_of
from server.ids import new_token
from server.usecases.complaints.entries import OwnEntry, add_entry, open_register, read_own_entry
from server.usecases.photographs import prepare_photographs
from server.web.access.callers import database
from server.web.access.guards import check_limits
from server.web.access.requirements import Access, PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.quality.wording import short_day
from server.web.pages.voice.photographs import largest_form, sent_photographs
from server.web.pages.voice.register_entry import form_token
from server.web.rendering import page
from server.web.rendering.problems import problems_of, read_form, show_again

USUAL_FORM = 50_000
"""Bytes of a form without photographs."""


@dataclass(frozen=True, slots=True)
class PublicRegister:
    """What the pages need; each `slow…` may raise a 429 of its own.

    `slow_sent`: of what is sent by a channel, from one address and from its network; `slow_photographs`: of
    forms that are read though they are large. `call_apart`: decodes photographs.
    """

    slow_sent: Sequence[Callable[[], None]]
    slow_photographs: Callable[[], None]
    slow_codes: Callable[[], None]
    call_apart: CallApart


def _hall(hall: str) -> HallConfiguration:
    """The hall of an address; 404 for one that is not there, or whose site has no register."""
    try:
        return open_register(database(), hall)
    except Refusal:
        abort(404)


needs = of_app(PublicRegister)

public_register_pages = PageRoutes("public_register", __name__, template_folder="templates")
"""A hall whose site has no register is answered as one that does not exist."""


@public_register_pages.url_value_preprocessor
def allow_photographs(_: object, named: dict[str, str] | None) -> None:
    """The form is read before its view runs: the CSRF guard reads it."""
    if request.method == "POST" and (request.content_length or 0) > USUAL_FORM:
        _hall((named or {}).get("hall", ""))
        needs.slow_photographs()
        request.max_content_length = largest_form(OF_ENTRY)


@public_register_pages.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> tuple[str, int]:
    hall = _hall(str((request.view_args or {}).get("hall", "")))
    return _form(hall, {}, OF_ENTRY.too_large()), error.code or 413


@public_register_pages.get("/dire/<hall>", Access.EVERYBODY)
def write(hall: str) -> str:
    return _form(_hall(hall), request.args)


@public_register_pages.post("/dire/<hall>", Access.EVERYBODY)
def send(hall: str) -> Any:
    configuration, language = _hall(hall), page.language()
    fields = request.form
    show_again(lambda refusal: _form(configuration, fields, refusal))
    check_limits("register_flooded", *needs.slow_sent)
    photographs = prepare_photographs(needs.call_apart, OF_ENTRY, sent_photographs(OF_ENTRY))
    added = add_entry(
        database(),
        configuration.hall,
        read_form(EntryRequest, fields, channel=channel_of(fields), written_on="", photographs=photographs),
        form=form_token(),
        language=language,
        channels=PUBLIC_CHANNELS,
    )
    query = {"reference": added.reference, "code": added.secret, "envoi": "1", "lang": language}
    return redirect(f"/dire/{configuration.hall}/suivi?{urlencode(query)}", 303)


@public_register_pages.get("/dire/<hall>/suivi", Access.EVERYBODY)
def follow(hall: str) -> tuple[str, int]:
    configuration = _hall(hall)
    reference, code = request.args.get("reference", "")[:40], request.args.get("code", "")[:40]
    found: OwnEntry | None = None
    if reference or code:
        needs.slow_codes()
        with suppress(Refusal):
            found = read_own_entry(database(), hall, reference=reference, secret=code)
    is_unknown = bool(reference or code) and found is None
    html = render_template(
        "complaints/follow.html",
        hall=configuration,
        entry=found,
        is_unknown=is_unknown,
        is_sent="envoi" in request.args,
        typed_reference=reference,
        typed_code=code,
        code=grouped(code),
        contact_days=configuration.site.complaints.contact_days,
        day=lambda on: short_day(on, page.language()),
        language_links=page.language_links(),
    )
    return html, 404 if is_unknown else 200


def channel_of(fields: Mapping[str, str]) -> Channel:
    """The channel of a form: the code of a kiosk leads to one of its own."""
    return Channel.KIOSK if fields.get("par") == "borne" else Channel.WEB


def _form(hall: HallConfiguration, fields: Mapping[str, str], refusal: Refusal | None = None) -> str:
    """The form, with what was typed and what is wrong with it."""
    language = page.language()
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
        erased_on=short_day(
            (database().clock.now() + CONTACT_KEPT).astimezone(ZoneInfo(hall.site.time_zone)).date(), language
        ),
        language_links=page.language_links(),
    )


@public_register_pages.after_request
def keep_out_of_searches(response: Response) -> Response:
    """What is written here is for nobody else."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response
