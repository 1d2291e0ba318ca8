"""Incidents of a hall, `/incidents`: reflex sheet, notes, summary by month. No JavaScript needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import abort, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from server.domain.hall.configuration import HallConfiguration
from server.domain.incidents import GRAVITIES, LONGEST_REFERENCE, FollowUp, Incident, NoteKind, NoteRequest
from server.domain.people.roles import Permission
from server.domain.quality.periods import PeriodKind, period_of
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.incidents import NoteRow
from server.usecases.incidents.lists import ReadNotes, change_note, read_notes, read_summaries, write_note
from server.web.access.callers import Caller, database, require_caller, someone
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.wording import period_text, short_day
from server.web.rendering import page
from server.web.rendering.problems import form_id, problems_of, show_again, status_of
from server.web.rendering.viewer import Sentence

PLACE = "/incidents"
NOTE, SUMMARY = Permission.NOTE_INCIDENTS, Permission.WRITE_REPORTS
USUAL_LINES = ("calm", "distance", "key", "phone", "safe", "witness", "note", "follow_up")
"""The lines of the reflex sheet that comes with Parvis, in their order."""


@dataclass(frozen=True, slots=True)
class _Form:
    """The form as it is drawn: its id, what is typed, the note it changes, and what was refused."""

    id: str
    typed: NoteRequest
    changed: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)


incident_pages = PageRoutes("incidents_page", __name__, template_folder="templates")
"""The page and its form."""


@incident_pages.get(PLACE, NOTE, SUMMARY)
def listed() -> Any:
    return _page(page.hall(NOTE, SUMMARY), None)


@incident_pages.post(PLACE, NOTE)
def keep() -> Any:
    hall = page.hall(NOTE)
    caller, hall_id = require_caller(NOTE, hall.hall)
    typed, form = _typed(request.form), form_id()
    changed = request.form.get("note", "")[:64]

    def again(refusal: Refusal) -> str:
        if status_of(refusal) == 404 and "field" not in refusal.details:
            raise refusal
        return _page(hall, _Form(form, typed, changed, problems_of(refusal)))

    show_again(again)
    if changed:
        oversees = _oversees(caller, hall, hall_id)
        change_note(database(), hall_id, caller.author, changed, typed, oversees=oversees)
    else:
        changed = write_note(database(), hall_id, caller.author, typed, form=form)
    return redirect(f"{PLACE}?{urlencode({'hall': hall.hall, 'fait': changed})}#note-{changed}", 303)


def _oversees(caller: Caller, hall: HallConfiguration, hall_id: str) -> bool:
    return caller.may(Permission.SUPERVISE, hall=hall_id, site=hall.site.slug)


def _typed(fields: MultiDict[str, str]) -> NoteRequest:
    return NoteRequest(
        happened_on=fields.get("happened_on", "")[:20],
        kind=fields.get("kind", "")[:20],
        gravity=fields.get("gravity", "")[:5],
        counter=fields.get("counter", "")[:64],
        follow_ups=tuple(each[:20] for each in fields.getlist("follow_ups")[:5]),
        complaint=fields.get("complaint", "")[:200],
        incident=fields.get("incident", "")[:64],
    )


def _first_form(hall: HallConfiguration, found: ReadNotes, today: date) -> _Form:
    """The form of a note to change, of an incident to note, or of another one."""
    changed, noted = request.args.get("modifier", ""), request.args.get("incident", "")
    if changed:
        row = next((each for each in found.notes if each.id == changed), None)
        if row is None:
            abort(404)
        return _Form(new_id(), _of_row(row), changed)
    about = next((each for each in found.missing if each.id == noted), None)
    day = today if about is None else about.raised_at.astimezone(ZoneInfo(hall.site.time_zone)).date()
    counter = "" if about is None else about.counter or ""
    return _Form(new_id(), NoteRequest(day.isoformat(), "", "", counter, incident=noted if about else ""))


def _places(hall: HallConfiguration, form: _Form) -> list[str]:
    """The counters (ids) to choose from; that of the form too, though it be retired.

    A note that is changed keeps even a counter that the hall no longer has.
    """
    own = form.typed.counter
    offered = [each.id for each in hall.counters.values() if not each.is_retired or each.id == own]
    return [*offered, own] if form.changed and own and own not in offered else offered


def _of_row(row: NoteRow) -> NoteRequest:
    return NoteRequest(
        row.happened_on.isoformat(),
        row.kind,
        str(row.gravity),
        row.counter or "",
        tuple(row.follow_ups),
        row.complaint or "",
        row.incident or "",
    )


def _page(hall: HallConfiguration, form: _Form | None) -> str:
    language, zone = page.language(), ZoneInfo(hall.site.time_zone)
    say = page.sentence()
    caller, hall_id = someone(), database().hall_id(hall.hall)
    may_note = caller.may(NOTE, hall=hall_id, site=hall.site.slug)
    found = (
        read_notes(database(), hall_id, caller.author, oversees=_oversees(caller, hall, hall_id))
        if may_note
        else ReadNotes((), ())
    )
    may_sum = caller.may(SUMMARY, hall=hall_id, site=hall.site.slug)
    today = database().clock.now().astimezone(zone).date()

    def place(counter: str | None) -> str:
        if counter is None:
            return say("incidents.place.elsewhere")
        known = hall.counters.get(counter)
        return counter if known is None else known.label_in(language)

    def moment(incident: Incident) -> str:
        at = incident.raised_at.astimezone(zone)
        return say("incidents.missing.at", day=short_day(at.date(), language), hour=f"{at:%H:%M}")

    drawn = form or (_first_form(hall, found, today) if may_note else None)
    return render_template(
        "incidents/incidents.html",
        hall=hall,
        halls=page.halls(NOTE, SUMMARY),
        may_note=may_note,
        may_receive=caller.may(Permission.RECEIVE_INCIDENTS, hall=hall_id, site=hall.site.slug),
        oversees=_oversees(caller, hall, hall_id),
        sheet=_sheet(hall, say),
        found=found,
        form=drawn,
        problems={} if drawn is None else drawn.problems,
        kinds=list(NoteKind),
        gravities=GRAVITIES,
        follow_ups=list(FollowUp),
        counters=_places(hall, drawn) if drawn is not None else (),
        longest_reference=LONGEST_REFERENCE,
        today=today.isoformat(),
        summaries=read_summaries(database(), hall_id) if may_sum else None,
        done=request.args.get("fait", ""),
        place=place,
        moment=moment,
        day=lambda on: short_day(on, language),
        month=lambda name: period_text(
            period_of(PeriodKind.MONTH, date.fromisoformat(f"{name}-01")), language
        ),
    )


def _sheet(hall: HallConfiguration, say: Sentence) -> list[str]:
    """The lines of the site's reflex sheet; of the usual one where it typed none."""
    rules = hall.site.incidents
    own = [line.strip() for line in rules.reflex_sheet.splitlines() if line.strip()]
    return own or [say(f"incidents.sheet.{line}", phone=rules.phone) for line in USUAL_LINES]
