"""A printer runs out of paper: console, letter and webhook say so within two polls, and that it is over."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from server.domain.alarms.alarms import AlarmKind
from server.live import messages
from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, sign_in, signed_in
from tests.server.live.sockets import listening
from tests.server.printing.test_served_printing import Kiosk
from tests.server.sending.endpoints import Endpoint, Mailbox, mailbox, webhook_endpoint
from tests.server.sending.office import subjects, types

WHAT = "Borne de l’entrée\u00a0: plus de papier."


@dataclass
class Recipients:
    """The recipients outside: a webhook and a mailbox."""

    endpoint: Endpoint
    box: Mailbox

    def turns(self) -> tuple[list[str], list[str]]:
        """What came by webhook, and the subjects of the letters."""
        return types(self.endpoint), subjects(self.box)


@pytest.fixture
def recipients() -> Iterator[Recipients]:
    with ExitStack() as stack:
        yield Recipients(stack.enter_context(webhook_endpoint()), stack.enter_context(mailbox()))


def tell(server: Served, recipients: Recipients) -> None:
    """Adds both addresses at the page, as the IT service does."""
    with signed_in(server, "administrator", "*") as browser:
        for channel, address in (
            ("webhook", f"{recipients.endpoint.address}/hook"),
            ("email", "garde@example.org"),
        ):
            kinds = [str(kind) for kind in AlarmKind]
            form = {"channel": channel, "address": address, "site": "laon", "kinds": kinds}
            answer = browser.post("/alarmes/adresses?hall=laon", data=form)
            assert answer.status_code == 200, re.findall(r"<p>.*</p>", answer.text)


def alarms(browser: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.get("/api/v1/halls/laon/alarms").raise_for_status().json()["alarms"]
    return found


@pytest.mark.long
@pytest.mark.parametrize("layout", ["workers"])
def test_paper_out_and_its_end_appear_on_the_console_by_letter_and_by_webhook(
    serve, layout: str, recipients: Recipients, pages: Pages
):
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": str(recipients.box.port), "smtp_tls": "none"}
    server = serve(layout, voice="false", webhooks_to_private="true", **smtp)
    tell(server, recipients)
    kiosk = Kiosk(server)
    auth = {"token": server.demonstration["api_key"], "hall": "laon"}
    with ExitStack() as stack:
        browser = stack.enter_context(signed_in(server, "supervisor"))
        socket = stack.enter_context(listening(server, messages.AGENT, auth))
        page = sign_in(pages.open(), server, *demonstration_user(server, "supervisor"), "/console")
        expect(page.locator("[data-alarms]")).to_be_hidden()
        kiosk.switch("paper_out", is_on=True)
        wait_until(lambda: recipients.turns()[0] == ["alarm.raised"], "the webhook is told")
        wait_until(lambda: len(recipients.box.letters) == 1, "the letter is there")
        wait_until(lambda: socket.of(messages.ALARM_CHANGED), "the page is told")
        assert socket.of(messages.ALARM_CHANGED) == [{}]
        expect(page.locator("[data-alarms]")).to_contain_text(WHAT)
        assert_accessible(page)
        [alarm] = alarms(browser)
        page.locator("[data-alarms] a").click()
        expect(page.locator(f'[data-alarm="{alarm["alarm"]}"]')).to_contain_text(
            "Personne ne s’en occupe encore"
        )
        assert_accessible(page)
        assert unreached_by_keyboard(page) == []
        page.get_by_role("button", name="Je m’en occupe").press("Enter")
        expect(page.locator(".alarm .who")).to_contain_text("s’en occupe depuis")
        kiosk.switch("paper_out", is_on=False)
        wait_until(lambda: len(recipients.box.letters) == 2, "the end is told")
        expect(page.locator('[data-part="open"]')).to_contain_text("Aucune alarme.")
        kiosk.switch("paper_out", is_on=True)
        wait_until(lambda: len(recipients.box.letters) == 3, "it is back")
        assert [each["alarm"] for each in alarms(browser)] == [alarm["alarm"]]
    hooks, letters = recipients.turns()
    assert hooks == ["alarm.raised", "alarm.acknowledged", "alarm.cleared", "alarm.returned"]
    assert [subject.split("] ")[1] for subject in letters] == [
        f"{turn}\u00a0: {WHAT}" for turn in ("Alarme", "Terminé", "De nouveau")
    ]
    bodies = [json.loads(body)["data"] for _, _, body in recipients.endpoint.taken]
    assert {each["alarm"] for each in bodies} == {alarm["alarm"]}
    assert [each["position"] for each in bodies] == sorted(each["position"] for each in bodies)
