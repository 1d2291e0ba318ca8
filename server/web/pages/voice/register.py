"""The register of a hall, `/voix/registre`, and floods of it; what was said at the desk, `/voix/dire`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request

from server.domain.complaints import (
    LONGEST_REASON,
    PUBLIC_CHANNELS,
    UNANSWERED,
    Channel,
    EntryKeys,
    EntryKind,
    EntryRequest,
    EntryState,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import from_text, to_text
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.typed_fields import longest_of
from server.store.engine.statements import Rows
from server.store.photographs import OF_ENTRIES
from server.usecases.complaints.act_on_entry import (
    read_flood,
    reopen_register,
    restore_flood,
    set_flood_aside,
)
from server.usecases.complaints.entries import add_entry, find_entry, read_register
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.wording import day_and_month, short_day
from server.web.pages.voice.photographs import add_photograph_routes
from server.web.pages.voice.register_entry import (
    NEEDED,
    PLACE,
    entry_address,
    form_token,
    reach_in,
)
from server.web.rendering import page
from server.web.rendering.problems import problems_of, read_form, show_again

ENTERED = tuple(channel for channel in Channel if channel not in PUBLIC_CHANNELS)
"""The channels that people at work enter."""
MOST_LISTED = 200
SAID_PLACE, SAID_NEEDED = "/voix/dire", Permission.RECEIVE
DONE = ("reopened", "aside", "restored")
routes = PageRoutes("register", __name__, template_folder="templates")


@routes.get(PLACE, NEEDED)
def register() -> Any:
    return _list(page.hall())


@routes.get(f"{PLACE}/nouveau", NEEDED)
def new_entry() -> Any:
    return _form(page.hall(), read_form(EntryRequest, {}))


@routes.post(f"{PLACE}/nouveau", NEEDED)
def keep_entry() -> Any:
    hall = page.hall()
    typed, form = read_form(EntryRequest, request.form), form_token()
    show_again(lambda refusal: _form(hall, typed, refusal, form=form))
    added = _keep(hall, typed, form=form, language="fr", channels=ENTERED)
    if typed.concerns_agent and not reach_in(hall).reads_about_agents:
        return redirect(f"{PLACE}?{urlencode({'hall': hall.hall, 'fait': added.reference})}", 303)
    return redirect(entry_address(hall, added.id, done="entered"), 303)


add_photograph_routes(
    routes,
    NEEDED,
    f"{PLACE}/<entry>",
    OF_ENTRIES,
    find=lambda hall: partial(_find, hall),
    address=lambda hall, entry: entry_address(hall, entry, done="photograph_removed"),
)


def _find(hall: HallConfiguration, rows: Rows, entry: str) -> object:
    """The entry of a hall that the signed-in person may read."""
    return find_entry(rows, database(), reach_in(hall), entry)


def _tab_of(state: str) -> str:
    """The tab of the list that shows entries of a state."""
    if state == EntryState.SET_ASIDE:
        return "cote"
    return "" if state in UNANSWERED else "repondues"


def _list(hall: HallConfiguration, refusal: Refusal | None = None) -> str:
    language = page.language()
    found = read_register(database(), reach_in(hall))
    shown = request.args.get("etat", "")
    tabs = [_tab_of(each.row.state) for each in found.entries]
    entries = [each for each, tab in zip(found.entries, tabs, strict=True) if shown == "tout" or tab == shown]
    return render_template(
        "complaints/register.html",
        hall=hall,
        halls=page.halls(NEEDED),
        entries=entries[:MOST_LISTED],
        more=max(0, len(entries) - MOST_LISTED),
        late=sum(each.is_late for each in found.entries),
        unreadable=found.hidden,
        shown=shown,
        set_aside=tabs.count("cote"),
        noted=request.args.get("fait", "")[:12],
        day=lambda on: short_day(on, language),
        **_shown_flood(hall),
        problems=problems_of(refusal),
    )


@routes.get(SAID_PLACE, SAID_NEEDED)
def said() -> Any:
    return _form(page.hall(), read_form(EntryRequest, {}), needed=SAID_NEEDED)


@routes.post(SAID_PLACE, SAID_NEEDED)
def keep_said() -> Any:
    hall = page.hall()
    typed, form = read_form(EntryRequest, request.form, channel=Channel.ORAL, written_on=""), form_token()
    show_again(lambda refusal: _form(hall, typed, refusal, form=form, needed=SAID_NEEDED))
    added = _keep(hall, typed, form=form, language=page.language(), channels=(Channel.ORAL,))
    return redirect(f"{SAID_PLACE}?{urlencode({'hall': hall.hall, 'fait': added.reference})}", 303)


def _keep(
    hall: HallConfiguration, typed: EntryRequest, *, form: str, language: str, channels: Sequence[Channel]
) -> EntryKeys:
    """Adds the entry. Refusals: `register_closed`, and those of `add_entry`."""
    if not hall.site.complaints.has_register:
        raise Refusal("register_closed")
    return add_entry(database(), hall.hall, typed, form=form, language=language, channels=channels)


def _form(
    hall: HallConfiguration,
    typed: EntryRequest,
    refusal: Refusal | None = None,
    *,
    form: str = "",
    needed: Permission = NEEDED,
) -> str:
    """The form of an entry, or of what was said at the desk (`needed` is `SAID_NEEDED`)."""
    return render_template(
        "complaints/said.html" if needed == SAID_NEEDED else "complaints/new.html",
        hall=hall,
        halls=page.halls(needed),
        typed=typed,
        kinds=list(EntryKind),
        channels=ENTERED,
        form=form or form_token(),
        longest=longest_of(EntryRequest),
        contact_days=hall.site.complaints.contact_days,
        noted=request.args.get("fait", "")[:12],
        problems=problems_of(refusal),
    )


@routes.post(f"{PLACE}/vague", NEEDED)
def against_flood() -> Any:
    hall = page.hall()
    show_again(lambda refusal: _list(hall, refusal))
    done, count = _act(hall, request.form)
    return redirect(f"{PLACE}?{urlencode({'hall': hall.hall, 'vague': done, 'nombre': count})}", 303)


def _shown_flood(hall: HallConfiguration) -> dict[str, object]:
    """What the page of the register shows of a flood, and of the last press against it."""
    language, zone = page.language(), ZoneInfo(hall.site.time_zone)
    flood = read_flood(database(), reach_in(hall)) if hall.site.complaints.has_register else None
    done, count = request.args.get("vague", ""), request.args.get("nombre", "")

    def local(at: datetime) -> str:
        there = at.astimezone(zone)
        return f"{day_and_month(there.date(), language)}, {there:%H:%M:%S}"

    return {
        "flood": flood,
        "flood_until": to_text(flood.last_at) if flood and flood.last_at else "",
        "flood_reason": request.form.get("flood_reason", "")[: LONGEST_REASON + 1],
        "longest_reason": LONGEST_REASON,
        "local": local,
        "stopped": done if done in DONE else "",
        "stopped_count": int(count) if count.isdecimal() else 0,
    }


def _act(hall: HallConfiguration, fields: Mapping[str, str]) -> tuple[str, int]:
    """Does what the pressed button says; what was done, and with how many entries."""
    reach, verb = reach_in(hall), fields.get("verb", "")
    if verb == "reopen":
        reopen_register(database(), reach)
        return "reopened", 0
    if verb == "aside":
        until, reason = _instant(fields.get("until", "")), fields.get("flood_reason", "")
        return "aside", set_flood_aside(database(), reach, until=until, reason=reason)
    if verb == "restore":
        return "restored", restore_flood(database(), reach)
    raise Refusal("complaint_moved")


def _instant(text: str) -> datetime:
    try:
        return from_text(text)
    except ValueError as error:
        raise Refusal("complaint_moved") from error
