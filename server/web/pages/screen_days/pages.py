"""What the screens of a hall show: now (`/affichage/ecrans`), on a day, in a month. No JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request

from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import DAY, business_day
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.devices.read_supervision import DeviceSightings
from server.usecases.screen_days import (
    DayOfHall,
    ScreensOfDay,
    read_screen_calendar,
    read_screen_day,
    read_screens_now,
)
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.screen_days.wording import Wording
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import (
    WorkContext,
    hall_for_page,
    halls_for_page,
    page_language,
    page_sentence,
)

PERMISSION = Permission.DRAFT_NOTICES


@dataclass(frozen=True, slots=True)
class ScreenDayPages:
    """What the pages need of the rest of the server; `sightings`: the last reports of a hall's devices."""

    database: Database
    work: WorkContext
    sightings: Callable[[str], DeviceSightings]


def blueprint(needs: ScreenDayPages) -> Blueprint:
    """The routes: all need `draft_notices` in the hall."""
    routes = Blueprint("screen_day_pages", __name__, template_folder="templates")

    @routes.get("/affichage/ecrans")
    @requires(PERMISSION, of=PEOPLE)
    def screens_now() -> Any:
        return _now(needs, hall_for_page(needs.work, PERMISSION))

    @routes.get("/affichage/journee")
    @requires(PERMISSION, of=PEOPLE)
    def screen_day() -> Any:
        return _day(needs, hall_for_page(needs.work, PERMISSION))

    @routes.get("/affichage/calendrier")
    @requires(PERMISSION, of=PEOPLE)
    def screen_calendar() -> Any:
        return _month(needs, hall_for_page(needs.work, PERMISSION))

    return routes


def _words(needs: ScreenDayPages, hall: HallConfiguration) -> Wording:
    language = page_language()
    return Wording(page_sentence(), language, ZoneInfo(hall.site.time_zone))


def _frame(needs: ScreenDayPages, hall: HallConfiguration, words: Wording) -> dict[str, object]:
    """What the templates of all pages here have."""
    screens = [(each.id, each.label) for each in hall.screens.values() if not each.is_retired]
    person = needs.work.viewer()
    return {
        "hall": hall,
        "halls": halls_for_page(needs.work, PERMISSION),
        "screens": screens,
        "screen": request.args.get("ecran", ""),
        "words": words,
        "may_supervise": person is not None and person.may(Permission.SUPERVISE, hall.site.slug),
    }


def _now(needs: ScreenDayPages, hall: HallConfiguration) -> str:
    words = _words(needs, hall)
    frame = _frame(needs, hall, words)
    found = read_screens_now(
        needs.database, hall.hall, needs.sightings(needs.database.hall_id(hall.hall)), needs.work.translate
    )
    chosen = frame["screen"]
    if chosen:
        found = [each for each in found if each.id == chosen]
        if not found:
            abort(404)
    as_of = needs.database.clock.now()
    return render_template("screen_days/now.html", **frame, shown=found, as_of=as_of)


def _day(needs: ScreenDayPages, hall: HallConfiguration) -> Any:
    words = _words(needs, hall)
    frame = _frame(needs, hall, words)
    today = business_day(hall.calendar, needs.database.clock.now())
    typed, problem, status = request.args.get("jour", ""), "", 200
    try:
        on = date.fromisoformat(typed) if typed else today
        day = _read(needs, hall, on, words)
    except ValueError:
        problem, status = words.say("screen_days.bad_day"), 400
        day = _read(needs, hall, today, words)
    except Refusal as refusal:
        if refusal.code != "bad_period":
            return refusal_sentence(refusal), status_of(refusal)
        problem, status = words.say("screen_days.bad_day"), 400
        day = _read(needs, hall, today, words)
    hours = words.hours_of(day)
    page = render_template(
        "screen_days/day.html",
        **frame,
        day=day,
        hours=hours,
        groups=[_group(each, day, words, hours) for each in day.groups],
        before=day.on - DAY,
        after=day.on + DAY,
        has_proof=day.on <= day.today,
        problem=problem,
    )
    return page, status


def _read(needs: ScreenDayPages, hall: HallConfiguration, on: date, words: Wording) -> DayOfHall:
    chosen = request.args.get("ecran", "")
    return read_screen_day(needs.database, hall.hall, on, words.language, needs.work.translate, screen=chosen)


def _group(group: ScreensOfDay, day: DayOfHall, words: Wording, hours: Any) -> dict[str, object]:
    return {
        "screens": group.screens,
        "warnings": words.warnings(group),
        "rows": [
            {
                "id": each.id,
                "title": each.title,
                "is_own": each.planned is None or not each.planned.is_built_in,
                "is_legal": each.planned is not None and each.planned.is_legal,
                "about": words.about(each, day),
                "proof": words.proof(each),
                "cells": words.cells(() if each.planned is None else each.planned.windows, day, hours),
            }
            for each in group.notices
        ],
    }


def _month(needs: ScreenDayPages, hall: HallConfiguration) -> Any:
    words = _words(needs, hall)
    today = business_day(hall.calendar, needs.database.clock.now())
    typed, problem, status = request.args.get("mois", ""), "", 200

    def read(month: date) -> Any:
        return read_screen_calendar(needs.database, hall.hall, month, words.language, needs.work.translate)

    try:
        month = date.fromisoformat(f"{typed}-01") if typed else today.replace(day=1)
        days = read(month)
    except (ValueError, Refusal):
        problem, status, month = words.say("screen_days.bad_month"), 400, today.replace(day=1)
        days = read(month)
    page = render_template(
        "screen_days/month.html",
        **_frame(needs, hall, words),
        days=days,
        month=month,
        today=today,
        before=(month - DAY).replace(day=1),
        after=(month.replace(day=28) + 4 * DAY).replace(day=1),
        problem=problem,
    )
    return page, status
