"""The home page: each page it leads to has a sign that is there."""

import re

from server.web.entrance import PAGES
from tests.harness.programs import PROJECT


def test_every_page_has_a_sign_that_is_drawn():
    folder = PROJECT / "server" / "web" / "static"
    style = "".join((folder / name).read_text(encoding="utf-8") for name in ("base.css", "entrance.css"))
    drawn = dict(
        re.findall(r'\.icon-([a-z0-9-]+) \{ mask-image: url\("/assets/icons/([a-z0-9-]+)\.svg"\)', style)
    )
    signs = {sign for *_, sign in PAGES}
    assert {sign: drawn.get(sign) for sign in signs} == {sign: sign for sign in signs}
    assert all((PROJECT / "var" / "assets" / "icons" / f"{sign}.svg").exists() for sign in signs)
