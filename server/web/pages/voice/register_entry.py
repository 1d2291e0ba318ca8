"""One entry of the register, `/voix/registre/<entry>`: read, answered, planned, released. No JavaScript."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import abort, redirect, render_template, request

from server.domain.actions import LONGEST_TEXT as LONGEST_REMARK
from server.domain.complaints import (
    LONGEST_PUBLIC,
    LONGEST_REASON,
    LONGEST_TEXT,
    EntryVerb,
    may_read_about_agents,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.texts import screen_text
from server.ids import new_token
from server.usecases.complaints.act_on_entry import (
    RELEASABLE,
    PublicWording,
    act_on_entry,
    mark_about_agent,
    plan_action,
    release_entry,
    withdraw_release,
)
from server.usecases.complaints.entries import RegisterReach, read_entry
from server.web.access.callers import database, require_caller
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.wording import short_day
from server.web.rendering import page
from server.web.rendering.problems import problems_of, show_again

PLACE = "/voix/registre"
NEEDED = Permission.ANSWER_COMPLAINTS
DONE = (
    *("entered", *EntryVerb, "about_agent", "not_about_agent", "plan", "release", "withdraw"),
    "photograph_removed",
)
"""What a page may say was done."""


routes = PageRoutes("register_entry", __name__, template_folder="templates")


def reach_in(hall: HallConfiguration) -> RegisterReach:
    """What the signed-in person reads of the register of a hall."""
    return RegisterReach(hall.hall, may_read_about_agents(page.reader().roles_at(hall.site.slug)))


def entry_address(hall: HallConfiguration, entry: str, *, done: str) -> str:
    """The page of an entry, which says what was done."""
    return f"{PLACE}/{entry}?{urlencode({'hall': hall.hall, 'fait': done})}"


def form_token() -> str:
    """The token of the form that was sent: with the same one, an entry is made once."""
    return request.form.get("formulaire", "")[:64] or new_token()


@routes.get(f"{PLACE}/<entry>", NEEDED)
def one(entry: str) -> Any:
    hall = page.hall()
    if "hall" in request.args:
        return _entry(hall, entry)
    return redirect(f"{PLACE}/{entry}?hall={_hall_of(entry)}")


@routes.post(f"{PLACE}/<entry>", NEEDED)
def act(entry: str) -> Any:
    hall = page.hall()
    show_again(lambda refusal: _entry(hall, entry, request.form, refusal))
    done = _act(hall, entry, request.form)
    if done == "about_agent" and not reach_in(hall).reads_about_agents:
        return redirect(f"{PLACE}?{urlencode({'hall': hall.hall})}", 303)
    return redirect(entry_address(hall, entry, done=done), 303)


def _hall_of(entry: str) -> str:
    """The reader’s hall (slug) whose register has an entry; 404 where there is none."""

    def has_entry(hall: HallConfiguration) -> bool:
        try:
            read_entry(database(), reach_in(hall), entry)
        except Refusal:
            return False
        return True

    found = next((hall.hall for hall in page.halls(NEEDED) if has_entry(hall)), None)
    if found is None:
        abort(404)
    return found


def _act(hall: HallConfiguration, entry: str, fields: Mapping[str, str]) -> str:
    """Does what the pressed button says; its name."""
    reach, verb = reach_in(hall), fields.get("verb", "")
    if verb in set(EntryVerb):
        words = fields.get("words", "")[: LONGEST_TEXT + 1]
        act_on_entry(database(), reach, entry, EntryVerb(verb), words=words)
    elif verb in ("about_agent", "not_about_agent"):
        mark_about_agent(database(), reach, entry, concerns_agent=verb == "about_agent")
    elif verb == "withdraw":
        withdraw_release(database(), reach, entry)
    elif verb == "release":
        _release(hall, entry, fields)
    elif verb == "plan":
        _plan(hall, entry, fields)
    else:
        raise Refusal("complaint_moved")
    return verb


def _release(hall: HallConfiguration, entry: str, fields: Mapping[str, str]) -> None:
    wording = PublicWording(
        fields.get("public_asked", "")[: LONGEST_PUBLIC * 2],
        fields.get("public_done", "")[: LONGEST_PUBLIC * 2],
        fields.get("is_checked") == "yes",
    )
    author = require_caller(NEEDED, hall.hall)[0].author
    release_entry(database(), author, reach_in(hall), entry, wording, translate=page.translate)


def _plan(hall: HallConfiguration, entry: str, fields: Mapping[str, str]) -> None:
    require_caller(Permission.WRITE_REPORTS, hall.hall)
    remark = fields.get("remark", "")[: LONGEST_REMARK * 2]
    plan_action(database(), reach_in(hall), entry, remark)


def _begun_with(text: str) -> str:
    """What a form that others read begins with: the text on one line, nothing where something is marked."""
    return "" if screen_text(text) else " ".join(text.split())


def _entry(
    hall: HallConfiguration,
    entry: str,
    fields: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> str:
    language, reach = page.language(), reach_in(hall)
    try:
        found = read_entry(database(), reach, entry)
    except Refusal:
        abort(404)
    zone = ZoneInfo(hall.site.time_zone)

    def local_day(at: datetime) -> str:
        return short_day(at.astimezone(zone).date(), language)

    typed = fields or {}
    row, person = found.row, page.reader()
    said, answered = _begun_with(row.text), _begun_with(row.answer)
    return render_template(
        "complaints/entry.html",
        hall=hall,
        found=found,
        row=row,
        verbs=list(found.verbs),
        may_release=row.state in RELEASABLE,
        reads_about_agents=reach.reads_about_agents,
        may_plan=person.may(Permission.WRITE_REPORTS, hall.site.slug),
        may_draft=person.may(Permission.DRAFT_NOTICES, hall.site.slug),
        longest={
            "answer": LONGEST_TEXT,
            "reason": LONGEST_REASON,
            "remark": LONGEST_REMARK,
            "public": LONGEST_PUBLIC,
        },
        words={typed.get("verb", ""): typed.get("words", "")},
        remark=typed.get("remark", said[:LONGEST_REMARK]),
        public_asked=typed.get("public_asked", row.public_asked or said[:LONGEST_PUBLIC]),
        public_done=typed.get("public_done", row.public_done or answered[:LONGEST_PUBLIC]),
        contact_days=hall.site.complaints.contact_days,
        done=next((each for each in DONE if each == request.args.get("fait")), ""),
        day=lambda on: short_day(on, language),
        local_day=local_day,
        problems=problems_of(refusal),
    )
