"""The signs of steps: the product has each of them, a screen keeps them, and the editor can name them."""

import tomllib

from babel.messages.pofile import read_po

from server.web.rendering.sentences import catalogue_file
from signage.notice_parts import STEP_ICONS
from signage.pages import ASSETS
from tests.harness.programs import PROJECT


def test_each_sign_is_served_kept_and_named():
    served = tomllib.loads((PROJECT / ".ci" / "assets.toml").read_text(encoding="utf-8"))["icons"]["names"]
    with catalogue_file("notices").open("rb") as file:
        named = {str(message.id) for message in read_po(file)}
    assert set(STEP_ICONS) <= set(served)
    assert {f"icons/{icon}.svg" for icon in STEP_ICONS} <= set(ASSETS)
    assert {f"notices.icon.{icon}" for icon in STEP_ICONS} <= named
