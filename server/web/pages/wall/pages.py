"""The supervisor's wall, `/mur`: one hall, live."""

from collections.abc import Callable

from flask import Blueprint, render_template

from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import text_in
from server.domain.people.roles import Permission
from server.language import name_in
from server.usecases.hall.screen import HallVoice
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.hall.console import hall_page
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import WorkContext, hall_for_page, halls_for_page, page_language

type FindVoices = Callable[[HallConfiguration], list[HallVoice]]

BORROWED = (
    "console.live.",
    "console.break.",
    "console.closed.",
    "console.waiting.",
    "console.duration.",
    "console.refused.",
    "console.outcome.",
)
"""Sentences of the console that the wall uses too."""


def blueprint(work: WorkContext, *, voices: FindVoices) -> Blueprint:
    """The route of the wall. `voices`: the voices of a hall's calls; empty where calls are not spoken."""
    routes = Blueprint("wall", __name__, template_folder="templates")

    @routes.get("/mur")
    @requires(Permission.SUPERVISE, of=PEOPLE)
    def wall() -> str:
        hall = hall_for_page(work, Permission.SUPERVISE)
        language = page_language()
        queues = [{"id": each.id, "name": text_in(each.names, language)} for each in hall.queues.values()]
        profiles = {each: hall.profiles_for(each) for each in hall.counters}
        return render_template(
            "wall/wall.html",
            hall=hall,
            halls=halls_for_page(work, Permission.SUPERVISE),
            voices=voices(hall),
            name_of=lambda code: name_in(code, page_language()),
            page={**hall_page(hall, language), "queues": queues, "profiles_for": profiles},
            sentences=page_sentences("wall.", *BORROWED, "server.message."),
        )

    return routes
