"""An alert, an alarm or a call for a person reaches who must know, though a server dies or nobody comes."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from server.domain.alarms.alarms import AlarmKind
from server.live import messages
from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.servers.moved_served import MovedServed
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, sign_in, signed_in
from tests.server.live.hall import Listener, listening
from tests.server.printing.test_served_printing import Kiosk
from tests.server.sending.conftest import Endpoint, Mailbox, mailbox, subjects, types, webhook_endpoint


def relay_box(server: Served) -> httpx.Client:
    """A contact input: a program with a key that may raise alerts and nothing else."""
    printed = server.parvis("api-keys", "create", "relay", "--scope", "alert")
    key = printed.split()[-1]
    return httpx.Client(
        base_url=f"{server.base_url}/api/v1",
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
        timeout=30,
    )


def raised(relay: httpx.Client, kind: str = "evacuate", **more: Any) -> dict[str, Any]:
    wanted = {"halls": "all", "kind": kind, "press_id": str(uuid.uuid4()), **more}
    answer = relay.post("/alerts", json=wanted)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_an_alert_reaches_every_screen_of_five_sites_and_unreached_ones_are_named(serve, layout):
    server = serve(layout)
    sites = server.demonstration["sites"]
    with ExitStack() as opened:
        relay = opened.enter_context(relay_box(server))
        screens: list[tuple[str, Listener]] = [
            (
                screen["id"],
                opened.enter_context(listening(server, messages.SCREEN, {"token": screen["token"]})),
            )
            for site in sites
            for screen in site["screens"]
        ]
        kiosk = sites[0]["kiosk"]
        at_kiosk = opened.enter_context(listening(server, messages.KIOSK, {"token": kiosk["token"]}))
        away, listener = screens.pop()
        listener.socket.disconnect()
        alert = raised(relay)
        assert (len(alert["halls"]), alert["failed"]) == (5, [])
        for _, screen in screens:
            told = screen.wait(messages.ALERT_CHANGED, lambda each: each["alert"] is not None)
            assert (told["alert"]["alert"], told["alert"]["kind"]) == (alert["alert"], "evacuate")
            assert screen.ask("alert.shown", {"alert": alert["alert"]}) is True
            assert screen.ask("alert.shown", {"alert": "another"}) is False
            assert screen.largest() < messages.MESSAGE_LIMIT
        at_kiosk.wait(messages.ALERT_CHANGED)

        def states() -> dict[str, str]:
            found = relay.get(f"/alerts/{alert['alert']}").json()
            return {one["screen"]: one["state"] for hall in found["halls"] for one in hall["screens"]}

        wait_until(lambda: states()[away] == "not_reached", "the screen that is away is named")
        assert {name for name, state in states().items() if state == "shown"} == {name for name, _ in screens}
        assert all(message["alert"] for _, screen in screens for message in screen.of(messages.ALERT_CHANGED))


def test_screens_speak_a_medical_alert_and_are_silent_for_an_evacuation(serve):
    server = serve()
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    auth = {"token": laon["screens"][0]["token"]}
    with relay_box(server) as relay, listening(server, messages.SCREEN, auth) as screen:
        wait_until(lambda: len(voices(server)) == 4, "the voices of alerts are rendered")
        assert set(voices(server)) == {"shelter", "shelter drill", "medical", "medical drill"}
        evacuation = raised(relay, "evacuate", halls=["laon"])["alert"]
        screen.wait(messages.ALERT_CHANGED, lambda each: each["alert"]["alert"] == evacuation)
        medical = raised(relay, "medical", halls=["vervins"])["alert"]
        vervins = next(site for site in server.demonstration["sites"] if site["slug"] == "vervins")
        with listening(server, messages.SCREEN, {"token": vervins["screens"][0]["token"]}) as other:
            again = raised(relay, "shelter", halls=["vervins"], drill=True)["alert"]
            shown = other.wait(messages.ALERT_CHANGED, lambda each: "audio" in each)
            assert (shown["alert"]["alert"], medical != again) == (medical, True), (
                "a drill is not shown before it"
            )
            assert shown["audio"]["fr"] == voices(server)["medical"]
            sound = httpx.get(server.base_url + shown["audio"]["fr"], headers=bearer(server), trust_env=False)
            assert sound.headers["Content-Type"] == "audio/mpeg"
        assert not any("audio" in each for each in screen.of(messages.ALERT_CHANGED))


def voices(server: Served) -> dict[str, str]:
    path = f"{server.base_url}/api/v1/halls/laon/screen"
    found: dict[str, str] = httpx.get(path, headers=bearer(server), trust_env=False).json()["alert_voices"]
    return found


def bearer(server: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.demonstration['api_key']}"}


def test_an_alert_stays_up_and_through_a_reload_when_the_server_is_killed_one_second_after(
    serve, pages: Pages
):
    server: Served = serve(voice="false")
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    page = pages.open(laon["screens"][0]["url"], width=1920, height=1080)
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    files = what_the_page_is_made_of(page, server)
    with relay_box(server) as relay:
        alert = raised(relay)["alert"]
        expect(page.locator("body")).to_have_attribute("data-alert", "evacuate")
        page.wait_for_function(
            "since => performance.now() - since > 1000", arg=page.evaluate("performance.now()")
        )
        server.kill()
    expect(page.locator(".alert-title")).to_be_visible()
    page.route("**/*", lambda route: answer_from(files, route))
    for _ in range(2):
        page.reload()
        expect(page.locator(".alert-title")).to_be_visible()
        expect(page.locator("body")).to_have_attribute("data-alert", "evacuate")
    page.unroute("**/*")
    server.start()
    with httpx.Client(base_url=server.base_url, trust_env=False) as client:
        board = client.get("/api/v1/halls/laon/board", headers=bearer(server)).json()
    assert board["alert"]["alert"] == alert
    expect(page.locator(".alert-title")).to_be_visible()


def what_the_page_is_made_of(page: Page, server: Served) -> dict[str, httpx.Response]:
    """Page, scripts, styles and fonts, as a service worker keeps them."""
    names = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    paths = {name for name in names if "/static/" in name or "/assets/" in name}
    with httpx.Client(trust_env=False) as client:
        return {name: client.get(name) for name in (*paths, f"{server.base_url}/screen")}


def answer_from(files: dict[str, httpx.Response], route: Any) -> None:
    kept = files.get(route.request.url.partition("#")[0])
    if kept is None:
        route.abort()
    else:
        route.fulfill(status=200, headers={"Content-Type": kept.headers["Content-Type"]}, body=kept.content)


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


COUNTER = "laon-g1"


class Person:
    """Somebody of the demonstration with a page open at a hall."""

    def __init__(self, browser: httpx.Client, page: Listener, hall: str) -> None:
        self.browser, self.page, self.hall = browser, page, hall

    def receivers(self) -> dict[str, Any]:
        found: dict[str, Any] = (
            self.browser.get(f"/api/v1/halls/{self.hall}/incident-receivers").raise_for_status().json()
        )
        return found

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.browser.post(f"/api/v1/halls/{self.hall}/incidents{path}", json=body or {})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def raised(self) -> dict[str, Any]:
        found: dict[str, Any] = self.post("", {"counter": COUNTER}, 201)
        return found

    def hears(self, state: str, hall: str = "laon") -> dict[str, Any]:
        """The one incident of a hall, once it is in a state."""

        def is_it(message: dict[str, Any]) -> bool:
            states = [each["state"] for each in message["incidents"]]
            return message["hall"] == hall and states == [state]

        found: dict[str, Any] = self.page.wait(messages.INCIDENT_CHANGED, is_it)["incidents"][0]
        return found


@contextmanager
def at_work(server: MovedServed, role: str, page: str, hall: str = "laon") -> Iterator[Person]:
    namespace = messages.SCREEN if page == "security" else messages.AGENT
    auth = {"hall": hall, "incidents": page}
    with signed_in(server, role, "laon" if hall == "laon" else "*") as browser:
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        with listening(server, namespace, auth, {"Cookie": cookies}) as socket:
            yield Person(browser, socket, hall)


def test_an_incident_is_answered_once_or_escalated_beyond_the_site(serve_at):
    server = serve_at(10, 0, "workers", voice="false")
    with ExitStack() as stack:
        caller = stack.enter_context(at_work(server, "agent", "console"))
        assert caller.receivers() == {"here": [], "beyond": 0, "is_known": True, "phone": "17"}
        alone = caller.raised()
        assert not alone["is_received"]
        assert caller.hears("escalated")["is_beyond"], "there is nobody to wait for"
        caller.post(f"/{alone['incident']}/end", {"reason": "mistake"}, 204)

        guard = stack.enter_context(at_work(server, "security", "security"))
        colleague = stack.enter_context(at_work(server, "reception", "reception"))
        far = stack.enter_context(at_work(server, "administrator", "wall", "vervins"))
        found = caller.receivers()
        assert sorted(each["page"] for each in found["here"]) == ["reception", "security"]
        assert found["beyond"] == 1
        first = caller.raised()
        assert first["is_received"]
        for person in (guard, colleague):
            assert person.hears("raised")["labels"]["en"] == "counter 1"
        assert guard.post(f"/{first['incident']}/answer")["is_own"]
        assert not colleague.post(f"/{first['incident']}/answer")["is_own"]
        assert caller.hears("answered")["answered_by"] == {"role": "security", "labels": None, "hall": None}
        colleague.hears("answered")
        guard.post(f"/{first['incident']}/end", {}, 204)

        second = caller.raised()
        assert not [each for each in far.page.of(messages.INCIDENT_CHANGED) if each["incidents"]][1:]
        server.later(31)
        assert far.hears("escalated")["incident"] == second["incident"]
        guard.hears("escalated")
        server.later(31)
        caller.hears("unanswered")
        assert far.post(f"/{second['incident']}/answer")["is_own"], "a late answer still counts"
        [own] = caller.browser.get("/api/v1/halls/laon/incidents").json()["halls"][0]["incidents"]
        assert own["answered_by"]["hall"].endswith("Vervins")
