"""The recipe of a screen's computer, `/player/…`: read by anybody, and fetched by the recipe itself."""

from pathlib import Path

from flask import Blueprint, Response, abort

import hardware.player
from hardware.player.install_player import PARTS
from server.web.access.requirements import Access, open_to
from server.web.rendering.device_address import AUTHORITY_PATH, DeviceAddress

FILES = ("install_player.py", *PARTS)
_FOLDER = Path(hardware.player.__file__).parent


def commands(address: DeviceAddress) -> str:
    """What to type on the screen's computer: fetch the recipe from the server, try it, run it.

    Of a server with an own authority its certificate comes first, whose fingerprint a person compares.
    """
    server = address.server
    trust, fetch, run = "", "wget", f"python3 install_player.py --server {server}"
    if address.fingerprint is not None:
        file = AUTHORITY_PATH.rpartition("/")[2]
        trust = (
            f"wget --no-check-certificate {server}{AUTHORITY_PATH}\n"
            f"openssl x509 -in {file} -noout -fingerprint -sha256\n"
        )
        fetch, run = f"{fetch} --ca-certificate={file}", f"{run} --authority {file}"
    return f"{trust}{fetch} {server}/player/install_player.py\n{run} --dry-run\nsudo {run}"


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
