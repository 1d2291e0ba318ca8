"""Star CloudPRNT: each exchange between the server and a printer, and each way it can go wrong."""

import io

import pytest
from PIL import Image

from hardware.lettering import FontMissing
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.star_printer import StarFault
from server.domain.printing import star_cloudprnt
from server.printing import pulled_printers
from server.store.devices.printers import lease_of
from tests.harness.sql import execute
from tests.server.web.pulled_printers.conftest import KIOSK, PullingHall, offered, token_of


def test_a_press_is_fetched_printed_and_confirmed(star_hall_on_both: PullingHall):
    hall = star_hall_on_both
    job, star = hall.press(), hall.star()
    star.poll()
    assert hall.job(job) == ("done", "printed", None)
    assert hall.state() == "ready"
    [ticket] = star.tickets()
    with Image.open(io.BytesIO(ticket.png)) as picture:
        assert (picture.format, picture.mode, picture.width) == ("PNG", "1", 576)
    hall.later(5)
    star.poll()
    assert (hall.known().identity, hall.known().interval_s) == (star.mac, 5)


def test_an_offer_says_all_that_a_printer_needs(star_hall: PullingHall):
    star_hall.press()
    told = offered(star_hall.star())
    assert told == {
        "jobReady": True,
        "mediaTypes": ["image/png"],
        "jobToken": told["jobToken"],
        "deleteMethod": "DELETE",
    }


def test_without_a_job_nothing_is_offered_and_the_interval_is_asked_for_once(star_hall: PullingHall):
    star = star_hall.star()
    assert offered(star)["clientAction"] == [{"request": "GetPollInterval", "options": ""}]
    assert offered(star) == {"jobReady": False}, "at once it is not asked again"


def test_a_picture_is_sent_whole_with_its_length_and_a_cut(star_hall: PullingHall):
    star_hall.press()
    star = star_hall.star()
    answer = star.get(token_of(star))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert answer.headers["X-Star-Cut"] == "partial; feed=true"
    assert answer.body[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_repeated_fetch_gets_the_same_picture(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    token = token_of(star)
    assert star.get(token).body == star.get(token).body
    assert star_hall.job(job)[0] == "sending"


def test_an_offer_that_nobody_fetches_changes_nothing(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    assert token_of(star) == token_of(star)
    assert star_hall.job(job) == ("queued", None, None)
    star.poll()
    assert star_hall.job(job) == ("done", "printed", None)


def test_a_type_that_was_not_offered_is_refused(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    assert star.get(token_of(star), "text/plain").status == 415
    assert star_hall.job(job)[0] == "queued"


def test_a_question_for_the_head_alone_hands_nothing_over(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    assert star._send("HEAD", f"{star.address}?token={token_of(star)}").status == 405
    assert star_hall.job(job)[0] == "queued"


def test_the_server_takes_a_confirmation_by_get_too(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    token = token_of(star)
    star.get(token)
    assert star.confirm(token, "200 OK", method="GET").status == 200
    assert star_hall.job(job) == ("done", "printed", None)


@pytest.mark.parametrize(
    ("fault", "state"), [(StarFault.PAPER_OUT, "paper_out"), (StarFault.COVER_OPEN, "cover_open")]
)
def test_a_printer_that_cannot_print_keeps_its_jobs_on_the_server(
    star_hall: PullingHall, fault: StarFault, state: str
):
    job, star = star_hall.press(), star_hall.star()
    star.set_fault(fault)
    star.poll()
    assert star_hall.job(job) == ("queued", "refused", state)
    assert star_hall.state() == state
    star.clear_fault(fault)
    star.poll()
    assert star_hall.job(job) == ("done", "printed", None)


def test_a_roll_nearly_used_up_prints_and_is_noted(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    star.set_fault(StarFault.NEAR_END)
    star.poll()
    assert star_hall.job(job) == ("done", "printed", None)
    assert star_hall.state() == "near_end"


def test_a_ticket_not_taken_is_printed_and_a_state_of_the_printer(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    star.set_fault(StarFault.NOT_TAKEN)
    star.poll()
    assert star_hall.job(job) == ("done", "printed", None), "its number is not lost"
    assert star_hall.state() == "not_taken"
    later = star_hall.press()
    star.poll()
    assert star_hall.job(later) == ("done", "printed", None)
    star.clear_fault(StarFault.NOT_TAKEN)
    star.poll()
    assert star_hall.state() == "ready"


def test_paper_that_ends_in_mid_ticket_holds_the_job_which_is_never_sent_again(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    star.set_fault(StarFault.STOPS_IN_MID_TICKET)
    star.poll()
    assert star_hall.job(job) == ("sending", "held", "paper_out")
    star_hall.later(20)
    assert offered(star)["jobReady"] is False
    star.clear_fault(StarFault.STOPS_IN_MID_TICKET)
    star.poll()
    assert star_hall.job(job) == ("done", "printed", None)
    assert len(star.tickets()) == 1


def test_a_held_job_that_is_never_confirmed_is_unknown(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    star.set_fault(StarFault.STOPS_IN_MID_TICKET)
    star.poll()
    star_hall.later(61)
    star_hall.watch()
    assert star_hall.job(job) == ("done", "unknown", "paper_out")


def test_silence_after_a_fetch_is_unknown_after_a_minute(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    star.set_fault(StarFault.DIES_AFTER_BYTES)
    star.step()
    star_hall.later(60)
    star_hall.watch()
    assert star_hall.job(job) == ("sending", None, None)
    star_hall.later(1)
    star_hall.watch()
    assert star_hall.job(job) == ("done", "unknown", "no_confirmation")


def test_a_confirmation_after_its_time_changes_nothing(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    token = token_of(star)
    star.get(token)
    star_hall.later(61)
    star_hall.watch()
    assert star.confirm(token, "200 OK").status == 410
    assert star_hall.job(job) == ("done", "unknown", "no_confirmation")


def test_a_fetch_half_a_minute_after_its_offer_gets_the_picture(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    token = token_of(star)
    star_hall.later(28)
    assert star.get(token).status == 200
    star_hall.later(28)
    assert star.confirm(token, "201 Paper taken").status == 200
    assert star_hall.job(job) == ("done", "printed", None)


def test_a_picture_longer_than_the_printer_takes_ends_its_job(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    query = f"token={token_of(star)}&type=image/png&mono_len=100"
    assert star._send("GET", f"{star.address}?{query}").status == 404
    assert star_hall.job(job) == ("cancelled", "refused", "too_large")


def test_a_job_that_was_handed_over_is_not_refused_because_a_repeated_fetch_gets_no_picture(
    star_hall: PullingHall,
):
    job, star = star_hall.press(), star_hall.star()
    token = token_of(star)
    star.get(token)
    query = f"token={token}&type=image/png&mono_len=100"
    assert star._send("GET", f"{star.address}?{query}").status == 404
    assert star_hall.job(job) == ("sending", None, None), "it may be on paper"
    assert star.confirm(token, "200 OK").status == 200
    assert star_hall.job(job) == ("done", "printed", None)


def test_a_failed_download_is_offered_again_under_another_token(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    first = token_of(star)
    star.get(first)
    assert star.confirm(first, "520 Download failed").status == 200
    assert star_hall.job(job) == ("queued", "refused", "download_failed")
    second = token_of(star)
    assert second != first
    assert star.get(first).status == 410, "the first one is superseded"
    assert star.confirm(first, "200 OK").status == 410, "and says no more"
    assert star_hall.job(job)[0] == "queued"
    star.poll()
    assert star_hall.job(job) == ("done", "printed", None)


@pytest.mark.parametrize(
    ("code", "why"),
    [("510", "media_type"), ("511", "not_decoded"), ("512", "version"), ("521", "too_large")],
)
def test_a_job_the_printer_cannot_print_is_refused_for_good(star_hall: PullingHall, code: str, why: str):
    job, star = star_hall.press(), star_hall.star()
    token = token_of(star)
    star.get(token)
    star.confirm(token, code)
    assert star_hall.job(job) == ("cancelled", "refused", why)
    assert offered(star) == {"jobReady": False}


def test_an_ended_job_is_neither_fetched_nor_confirmed_again(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    token = token_of(star)
    star.get(token)
    star.confirm(token, "200 OK")
    assert star.get(token).status == 410
    assert star.confirm(token, "410 Paper out").status == 410
    assert star_hall.job(job) == ("done", "printed", None)


def test_printed_is_not_believed_of_a_job_that_was_never_fetched(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    assert star.confirm(token_of(star), "200 OK").status == 410
    assert star_hall.job(job) == ("queued", None, None)


@pytest.mark.parametrize("token", ["", "nothing", "AAAAAAAAAAAAAAAAAAAAAA.1", "../../etc"])
def test_a_token_of_no_job_gets_nothing(star_hall: PullingHall, token: str):
    star_hall.press()
    assert star_hall.star().get(token).status == 404
    assert star_hall.star().confirm(token, "200 OK").status == 410


@pytest.mark.parametrize("body", [b"", b"[]", b"nothing", b'{"statusCode": null}', b"[" * 10_000])
def test_a_body_that_is_no_poll_is_refused_and_changes_nothing(star_hall: PullingHall, body: bytes):
    star = star_hall.star()
    assert star._send("POST", star.address, body).status == 400
    assert star_hall.known().polled_at is None


def test_a_poll_that_is_too_large_is_not_read(star_hall: PullingHall):
    star = star_hall.star()
    assert star._send("POST", star.address, b"x" * (star_cloudprnt.LARGEST_POLL_BYTES + 1)).status == 413


def test_a_picture_over_the_limit_of_the_printer_ends_its_job(
    star_hall: PullingHall, monkeypatch: pytest.MonkeyPatch
):
    job, star = star_hall.press(), star_hall.star()
    monkeypatch.setattr(star_cloudprnt, "LARGEST_JOB_BYTES", 100)
    assert star.get(token_of(star)).status == 404
    assert star_hall.job(job) == ("cancelled", "refused", "too_large")


def test_a_picture_that_cannot_be_drawn_ends_its_job_without_an_error(
    star_hall: PullingHall, monkeypatch: pytest.MonkeyPatch
):
    def no_font(*_: object, **__: object) -> None:
        raise FontMissing

    monkeypatch.setattr(pulled_printers, "document_of", no_font)
    job, star = star_hall.press(), star_hall.star()
    assert star.get(token_of(star)).status == 404
    assert star_hall.job(job) == ("cancelled", "refused", "not_drawn")


def test_a_job_is_cancelled_at_an_age_that_follows_the_interval(star_hall: PullingHall):
    star = star_hall.star()
    star.poll()
    job = star_hall.press()
    star_hall.later(61)
    star.poll()
    assert star_hall.job(job) == ("cancelled", None, "too_old")
    star.interval_s = 120
    star_hall.later(10)
    star.poll()
    star_hall.later(120)
    star.poll()
    assert star_hall.known().interval_s == 120
    job = star_hall.press()
    star_hall.later(120)
    star_hall.watch()
    star.poll()
    assert star_hall.job(job) == ("done", "printed", None)


def test_a_silent_printer_is_away_and_its_jobs_end(star_hall: PullingHall):
    star = star_hall.star()
    star.poll()
    job = star_hall.press()
    star_hall.later(10)
    star_hall.watch()
    assert star_hall.state() == "ready"
    star_hall.later(51)
    star_hall.watch()
    assert star_hall.state() == "unreachable"
    assert star_hall.job(job) == ("cancelled", None, "too_old")
    star.poll()
    assert star_hall.state() == "ready"


def test_a_press_while_the_printer_is_away_is_refused_and_printed_once_it_is_back(star_hall: PullingHall):
    star = star_hall.star()
    star.poll()
    star_hall.later(61)
    star_hall.watch()
    job = star_hall.press()
    for _ in range(2):
        star_hall.watch()
    assert star_hall.job(job) == ("queued", "refused", "unreachable")
    assert star_hall.told == [job], "the kiosk hears of it once"
    star.poll()
    assert star_hall.job(job) == ("done", "printed", None)


def test_a_ticket_says_how_long_its_paper_takes_where_the_printer_asks_seldom(star_hall: PullingHall):
    star, site = star_hall.star(), star_hall.site
    star.poll()
    assert site.press(token=site.kiosk).get_json().get("paper_within_s") is None, "it asks every few seconds"
    star.interval_s = 120
    star_hall.later(10)
    star.poll()
    star_hall.later(120)
    star.poll()
    assert [site.press(token=site.kiosk).get_json().get("paper_within_s") for _ in range(2)] == [125, 245]


def test_a_printer_without_a_secret_keeps_no_job_for_ever(star_hall: PullingHall):
    job = star_hall.press()
    star_hall.later(61)
    star_hall.watch()
    assert star_hall.job(job) == ("cancelled", None, "too_old")


def test_a_printer_that_another_worker_still_drives_gets_nothing_yet(star_hall: PullingHall):
    job, star = star_hall.press(), star_hall.star()
    execute(
        star_hall.site.database,
        "INSERT INTO printer_lease (printer, holder, fence, expires_at, unprinted)"
        " VALUES (:printer, 'pusher', 7, :until, 0)",
        printer=KIOSK,
        until=2_000_000_000_000_000,
    )
    star.poll()
    assert star.last_status == 503
    execute(star_hall.site.database, "UPDATE printer_lease SET expires_at = 0")
    star.poll()
    assert star_hall.job(job) == ("done", "printed", None)
    with star_hall.site.database.read() as rows:
        lease = lease_of(rows, KIOSK)
    assert lease is not None
    assert lease.fence == 8


def test_a_failure_of_the_server_is_never_an_internal_error(
    star_hall: PullingHall, monkeypatch: pytest.MonkeyPatch
):
    star = star_hall.star()
    monkeypatch.setattr(star_cloudprnt, "read_poll", None)
    answer: HttpAnswer = star._send("POST", star.address, b"{}")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
