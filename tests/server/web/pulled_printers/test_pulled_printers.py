"""Who is let in at the address of a printer of Star: that printer alone, by its secret, protected."""

import base64
import json

from hardware.simulator.star_printer import SimulatedStarPrinter
from tests.harness.sql import all_rows
from tests.server.web.api_site import OTHER
from tests.server.web.pulled_printers.pulling_hall import KIOSK, OTHER_KIOSK, PullingHall, token_of


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
