"""Printers that fetch their jobs: who is let in, backup printers, and what `parvis doctor` says."""

import base64
import json
from typing import Any

from hardware.simulator.star_printer import SimulatedStarPrinter
from server.commands.devices import printers_found
from server.commands.say import sentence
from server.domain.author import SYSTEM
from server.domain.printing.handovers import PrintEnd
from server.settings import Settings
from server.store.devices.print_jobs import print_job_of
from server.store.devices.printers import PrinterLeaseToken, note_state, take_lease
from server.usecases.configuration.publication import edit_hall_document
from server.usecases.printing.print_jobs import LEASE, refuse_jobs
from tests.harness.sql import all_rows
from tests.server.web.api_site import HALL, OTHER
from tests.server.web.pulled_printers.conftest import KIOSK, OTHER_KIOSK, PullingHall, offered, token_of

SECOND_KIOSK = "laon-borne-2"


def with_second(hall: PullingHall, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Publishes the hall with a printer at each of two kiosks."""

    def change(content: dict[str, Any]) -> None:
        content["kiosks"][0]["printer"] = {"profile": "raster-80"} | first
        content["kiosks"].append({"id": SECOND_KIOSK, "label": "Accueil", "printer": second})

    edit_hall_document(hall.site.database, HALL, SYSTEM, change)


def drive(hall: PullingHall, printer: str, state: str) -> PrinterLeaseToken:
    """A worker that pushes jobs to a printer, and what it read of it."""
    database, now = hall.site.database, hall.site.hands.now
    with database.store.write() as rows:
        assert take_lease(rows, printer, "worker", until=now + 20 * LEASE, now=now, unchanged=None)
        token = PrinterLeaseToken(printer, "worker", 1)
        assert note_state(rows, token, state, since=now, at=now)
    return token


def printer_of(hall: PullingHall, job: str) -> str:
    with hall.site.database.read() as rows:
        row = print_job_of(rows, job)
    assert row is not None
    return row.printer


def lines_of(hall: PullingHall, *, behind_proxy: bool = False) -> list[tuple[str, str]]:
    """Key and sentence of each finding."""
    site = hall.site.settings
    there = Settings(var=site.var, database_url=site.database_url, behind_proxy=behind_proxy)
    found = printers_found(there, hall.site.hands.clock())
    return [(each.key, sentence(each.key, **each.values)) for each in found]


def keys_of(hall: PullingHall) -> list[str]:
    return [key.removeprefix("doctor.") for key, _ in lines_of(hall)]


def test_the_job_of_another_printer_is_neither_given_nor_confirmed(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    token = token_of(star)
    stranger = star_hall.star(star_hall.new_secret(OTHER, OTHER_KIOSK))
    assert stranger.get(token).status == 404
    star.get(token)
    assert stranger.confirm(token, "200 OK").status == 410
    assert star_hall.job(job)[0] == "sending"


def test_a_printer_is_answered_at_its_own_address_only(star_hall: PullingHall):
    star_hall.press()
    stranger = star_hall.star(star_hall.new_secret(OTHER, OTHER_KIOSK))
    stranger.address = f"https://localhost{star_hall.secret.path}"
    stranger.poll()
    assert stranger.last_status == 401
    stranger.address = f"https://localhost/impression/star/laon/{OTHER_KIOSK}"
    stranger.poll()
    assert stranger.last_status == 401, "its own name in another hall"


def test_a_wrong_secret_and_a_former_one_open_nothing(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    wrong = SimulatedStarPrinter(star.address, KIOSK, "wrong", star_hall.exchange())
    wrong.poll()
    assert wrong.last_status == 401
    answer = wrong._send("POST", wrong.address, b"{}")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    star_hall.new_secret()
    star.poll()
    assert star.last_status == 401
    assert star_hall.job(job) == ("queued", None, None)


def test_a_printer_that_the_document_no_longer_has_is_refused(star_hall: PullingHall):
    star = star_hall.star()
    star.poll()
    assert star.last_status == 200
    star_hall.connect("laon", "star_cloudprnt", is_retired=True)
    star.poll()
    assert star.last_status == 401


def test_only_a_protected_connection_is_answered(star_hall: PullingHall):
    star = star_hall.star(REMOTE_ADDR="192.0.2.7")
    star.poll()
    assert star.last_status == 200
    star.address = star.address.replace("https:", "http:")
    star.poll()
    assert star.last_status == 403


def test_a_browser_of_another_site_is_refused_at_the_address_of_a_printer(star_hall: PullingHall):
    star = star_hall.star()
    star._headers["Sec-Fetch-Site"] = "cross-site"
    assert star._send("POST", star.address, b'{"statusCode": "200"}').status == 403


def test_no_cookie_opens_the_address_of_a_printer(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    browser, headers = star_hall.site.writer("administrator", "*")
    token = token_of(star)
    for verb, query in (("POST", ""), ("GET", f"?token={token}"), ("DELETE", f"?token={token}&code=200")):
        answer = browser.open(f"{star_hall.secret.path}{query}", method=verb, headers=headers)
        assert answer.status_code == 401
    assert star_hall.job(job)[0] == "queued"


def test_a_poll_every_ten_milliseconds_is_slowed_and_others_are_not(star_hall: PullingHall):
    star = star_hall.star()
    statuses = [star._send("POST", star.address, b'{"statusCode": "200"}') for _ in range(241)]
    assert {answer.status for answer in statuses[:240]} == {200}
    assert statuses[-1].status == 429
    assert statuses[-1].headers["Retry-After"] == "5"
    other = star_hall.star(star_hall.new_secret(OTHER, OTHER_KIOSK))
    other.poll()
    assert other.last_status == 200


def test_what_is_typed_into_the_printer_is_shown_once_and_kept_as_a_digest(star_hall: PullingHall):
    browser, headers = star_hall.site.writer("administrator")
    path = f"/api/v1/halls/laon/kiosks/{KIOSK}/printer/secret"
    answer = browser.post(path, headers=headers)
    assert answer.status_code == 201
    told = answer.get_json()
    assert (told["kind"], told["path"], told["user"]) == (
        "star_cloudprnt",
        f"/impression/star/laon/{KIOSK}",
        KIOSK,
    )
    assert told["secret"] not in repr(star_hall.known())
    facts = all_rows(
        star_hall.site.database, "SELECT body FROM hall_fact WHERE kind = 'PrinterSecretRenewed'"
    )
    assert [json.loads(fact["body"])["printer"] for fact in facts] == [KIOSK, KIOSK]
    assert told["secret"] not in repr(facts)


def test_a_printer_that_is_sent_its_jobs_has_no_secret(star_hall: PullingHall):
    star_hall.connect("laon", "tcp")
    browser, headers = star_hall.site.writer("administrator")
    answer = browser.post(f"/api/v1/halls/laon/kiosks/{KIOSK}/printer/secret", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "printer_not_pulled")


def test_basic_with_bytes_that_are_no_text_is_refused(star_hall: PullingHall):
    star = star_hall.star()
    pairs = (b"\xff\xfe:\xff", b"nocolon", b":", KIOSK.encode() + b":")
    heads = [f"Basic {base64.b64encode(pair).decode()}" for pair in pairs]
    for head in (*heads, "Basic \xff", "Basic", "\xff", "Digest \xff=\xff", 'Digest nonce="'):
        star._headers["Authorization"] = head
        assert star._send("POST", star.address, b'{"statusCode": "200"}').status == 401, head


def test_malformed_proofs_are_slowed_like_wrong_ones_and_the_printer_is_not(star_hall: PullingHall):
    guesser, star = star_hall.star(), star_hall.star()
    guesser._headers["Authorization"] = "Basic \xff"
    answers = [guesser._send("POST", star.address, b"{}").status for _ in range(61)]
    assert answers == [401] * 60 + [429]
    star.poll()
    assert star.last_status == 200


def test_a_printer_that_says_it_cannot_print_leaves_what_it_did_not_fetch_to_the_other(star_hall):
    with_second(star_hall, {"kind": "star_cloudprnt", "backup": SECOND_KIOSK}, {})
    drive(star_hall, SECOND_KIOSK, "ready")
    star = star_hall.star()
    job = star_hall.press()
    token = str(offered(star)["jobToken"])
    assert offered(star, "410%20Paper%20Out")["jobReady"] is False
    assert printer_of(star_hall, job) == SECOND_KIOSK
    assert star.get(token).status == 404, "an offer of before gives nothing any more"
    assert star_hall.job(job) == ("queued", None, None)


def test_a_silent_printer_leaves_what_it_did_not_fetch_to_the_other_and_keeps_what_it_fetched(star_hall):
    with_second(star_hall, {"kind": "star_cloudprnt", "backup": SECOND_KIOSK}, {})
    star = star_hall.star()
    fetched, waiting = star_hall.press(), star_hall.press()
    token = str(offered(star)["jobToken"])
    assert star.get(token).status == 200
    star_hall.later(45)
    drive(star_hall, SECOND_KIOSK, "ready")
    star_hall.watch()
    assert printer_of(star_hall, fetched) == KIOSK
    assert printer_of(star_hall, waiting) == SECOND_KIOSK


def test_a_printer_that_fetches_its_jobs_is_a_backup_while_it_asks(star_hall):
    with_second(star_hall, {"kind": "tcp", "backup": SECOND_KIOSK}, {"kind": "star_cloudprnt"})
    secret = star_hall.new_secret(kiosk=SECOND_KIOSK)
    star: SimulatedStarPrinter = star_hall.star(secret)
    token = drive(star_hall, KIOSK, "paper_out")
    early, late = star_hall.press(), star_hall.press()
    refused = [PrintEnd(early, "queued", "refused", "paper_out")]
    refuse_jobs(star_hall.site.database, token, refused, lambda _: None)
    assert printer_of(star_hall, early) == KIOSK, "it never asked for a job"
    assert offered(star)["jobReady"] is False
    refused = [PrintEnd(late, "queued", "refused", "paper_out")]
    refuse_jobs(star_hall.site.database, token, refused, lambda _: None)
    assert {printer_of(star_hall, job) for job in (early, late)} == {SECOND_KIOSK}
    assert offered(star)["jobReady"] is True


def test_it_says_when_each_printer_asked_last_and_what_nobody_has_tried(star_hall: PullingHall):
    untried = ["fetching.no_https", "paper.never", "paper.never", "printers.untried"]
    assert keys_of(star_hall) == ["fetching.never", "fetching.no_secret", *untried]
    star = star_hall.star()
    star.poll()
    star_hall.new_secret(OTHER, OTHER_KIOSK)
    found = dict(lines_of(star_hall))
    assert list(found)[:2] == ["doctor.fetching", "doctor.fetching.never"]
    assert KIOSK in found["doctor.fetching"]
    assert "intervalle de 5\u00a0s" in found["doctor.fetching"]
    assert "Star CloudPRNT" in found["doctor.printers.untried"]
    star.interval_s = 120
    star_hall.later(60)
    star.poll()
    assert "toutes les 120\u00a0s" in dict(lines_of(star_hall))["doctor.fetching.slow"]
    star_hall.later(251)
    assert "fetching.silent" in keys_of(star_hall)
    with_https = lines_of(star_hall, behind_proxy=True)
    assert "doctor.fetching.no_https" not in dict(with_https)


def test_it_says_that_a_wrong_secret_was_refused_lately(star_hall: PullingHall):
    stranger = SimulatedStarPrinter(star_hall.star().address, KIOSK, "wrong", star_hall.exchange())
    stranger.poll()
    assert stranger.last_status == 401
    nobody = f"{stranger.address}-2"
    SimulatedStarPrinter(nobody, f"{KIOSK}-2", "wrong", star_hall.exchange()).poll()
    assert [file.name for file in (star_hall.site.settings.var / "refused-secrets").iterdir()] == [KIOSK]
    assert "fetching.refused" in keys_of(star_hall)
    star_hall.later(86_401)
    assert "fetching.refused" not in keys_of(star_hall)
    stranger.poll()
    star_hall.later(1)
    star_hall.new_secret()
    assert "fetching.refused" not in keys_of(star_hall), "it has another one now"


def test_a_proof_that_is_only_too_old_is_no_wrong_secret(epson_hall: PullingHall):
    epson = epson_hall.epson()
    epson.poll()
    epson_hall.later(400)
    epson.poll()
    assert epson.challenges == 2
    assert "fetching.refused" not in keys_of(epson_hall)
    epson_hall.new_secret()
    epson.poll()
    assert "fetching.refused" in keys_of(epson_hall)


def test_it_says_where_to_look_when_a_kiosk_agent_asks_for_nothing(gateway_hall: PullingHall):
    assert keys_of(gateway_hall)[0] == "gateway.never"
    address = f"https://localhost{gateway_hall.secret.path}"
    proof = {"auth": (gateway_hall.secret.user, gateway_hall.secret.secret), "base_url": "https://localhost"}
    poll = {"program": "a" * 16, "state": "ready", "interval_s": 1}
    assert gateway_hall.client.post(address, json=poll, **proof).status_code == 200
    assert keys_of(gateway_hall)[0] == "fetching"
    gateway_hall.later(13)
    found = dict(lines_of(gateway_hall))
    assert "parvis-kiosk doctor" in found["doctor.gateway.silent"]
    assert "parvis-kiosk" in found["doctor.printers.untried"]
