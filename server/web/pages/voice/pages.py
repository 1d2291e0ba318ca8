"""« Voix des usagers », `/voix`: leads to each of its tabs. No JavaScript."""

from typing import Any

from flask import Blueprint, render_template

from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.voice_tabs import VOICE_PERMISSIONS


def blueprint() -> Blueprint:
    """The page, for people who may open one of its tabs."""
    routes = Blueprint("voice_page", __name__, template_folder="templates")

    @routes.get("/voix")
    @requires(*VOICE_PERMISSIONS, of=PEOPLE, anywhere=True)
    def voice() -> Any:
        return render_template("voice/voice.html")

    return routes
