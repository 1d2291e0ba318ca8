"""Lists repeated in packages or languages that cannot import each other are equal."""

import re

from kiosk.menu_messages import STEP_S
from kiosk.reading import NEEDS
from server.domain.visits.verb_facts import Need
from server.domain.waits.estimate import ROUNDED_TO_S
from tests.harness.programs import PROJECT

SCRIPTS = ("kiosk/static/kiosk_state.js", "server/web/static/reception/needs_form.js")


def needs_in(script: str) -> tuple[str, ...]:
    """The needs that a script lists."""
    text = (PROJECT / script).read_text(encoding="utf-8")
    [found] = re.findall(r"\bNEEDS = (?:Object\.freeze\()?\[(.*?)\]", text, re.DOTALL)
    return tuple(re.findall(r'"(\w+)"', found))


def test_kiosk_and_pages_offer_the_needs_of_the_server_in_its_order():
    assert tuple(Need) == NEEDS
    assert {script: needs_in(script) for script in SCRIPTS} == dict.fromkeys(SCRIPTS, NEEDS)


def test_the_kiosk_says_waits_in_the_steps_to_which_estimates_are_rounded():
    assert STEP_S == ROUNDED_TO_S
