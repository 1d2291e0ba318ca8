"""A flood of the register on its page: what it is, and the presses against it, `/voix/registre/vague`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, request

from server.domain.complaints import LONGEST_REASON
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import from_text, to_text
from server.domain.refusals import Refusal
from server.usecases.complaints.act_on_entry import (
    read_flood,
    reopen_register,
    restore_flood,
    set_flood_aside,
)
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.complaints.register_pages import NEEDED, PLACE, RegisterPages
from server.web.pages.quality.wording import day_and_month
from server.web.rendering.problems import status_of
from server.web.rendering.viewer import hall_for_page, page_language

DONE = ("reopened", "aside", "restored")


def add_flood_routes(
    routes: Blueprint, needs: RegisterPages, listed: Callable[[HallConfiguration, Refusal], str]
) -> None:
    """The presses; `listed`: the page of the register with a refusal."""

    @routes.post(f"{PLACE}/vague")
    @requires(NEEDED, of=PEOPLE)
    def against_flood() -> Any:
        hall = hall_for_page(needs.work, NEEDED)
        try:
            done, count = _act(needs, hall, request.form)
        except Refusal as refusal:
            return listed(hall, refusal), status_of(refusal)
        return redirect(f"{PLACE}?{urlencode({'hall': hall.hall, 'vague': done, 'nombre': count})}", 303)


def shown_flood(needs: RegisterPages, hall: HallConfiguration) -> dict[str, object]:
    """What the page of the register shows of a flood, and of the last press against it."""
    language, zone = page_language(), ZoneInfo(hall.site.time_zone)
    flood = read_flood(needs.database, needs.reach(hall)) if hall.site.complaints.is_open else None
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


def _act(needs: RegisterPages, hall: HallConfiguration, fields: Mapping[str, str]) -> tuple[str, int]:
    """Does what the pressed button says; what was done, and with how many entries."""
    reach, verb = needs.reach(hall), fields.get("verb", "")
    if verb == "reopen":
        reopen_register(needs.database, reach)
        return "reopened", 0
    if verb == "aside":
        until, reason = _instant(fields.get("until", "")), fields.get("flood_reason", "")
        return "aside", set_flood_aside(needs.database, reach, until=until, reason=reason)
    if verb == "restore":
        return "restored", restore_flood(needs.database, reach)
    raise Refusal("complaint_moved")


def _instant(text: str) -> datetime:
    try:
        return from_text(text)
    except ValueError as error:
        raise Refusal("complaint_moved") from error
