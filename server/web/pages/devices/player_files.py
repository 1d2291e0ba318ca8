"""The recipe of a screen's computer, `/player/…`: read by anybody, and fetched by the recipe itself."""

from pathlib import Path

from flask import Blueprint, Response, abort

import hardware.player
from server.web.access.requirements import Access, open_to

FILES = (
    "install_player.py",
    "__init__.py",
    "agent.py",
    "browser.py",
    "panel_keeper.py",
    "panels.py",
    "panel_commands.json",
)
_FOLDER = Path(hardware.player.__file__).parent


def commands(server: str) -> str:
    """What to type on the screen's computer: fetch the recipe from a server's address, try it, run it."""
    return "\n".join(
        (
            f"wget {server}/player/install_player.py",
            f"python3 install_player.py --server {server} --dry-run",
            f"sudo python3 install_player.py --server {server}",
        )
    )


def add_routes(routes: Blueprint) -> None:
    """The files of the recipe, as text. They hold nothing of this installation: the product's own source."""

    @routes.get("/player/<name>")
    @open_to(Access.EVERYBODY)
    def player_file(name: str) -> Response:
        if name not in FILES:
            abort(404)
        text = (_FOLDER / name).read_text("utf-8")
        answer = Response(text, mimetype="text/plain")
        answer.headers["Cache-Control"] = "no-cache"
        return answer
