"""Refusals in an answer: problem documents (RFC 9457), sentences beside the fields of a form; forms."""

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, get_type_hints

from flask import Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from server.documents.problems import DocumentRefused
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.typed_fields import longest_of
from server.ids import new_id
from server.store.engine.writes import WriteKey
from server.web.rendering import page

_CODES: Mapping[int, str] = {
    400: """
        bad_request control_characters bad_period unknown_phrase unknown_device_kind nothing_to_say
        unknown_number
    """,
    401: """
        not_signed_in unknown_device device_revoked unknown_key wrong_password oidc_state oidc_nonce
        oidc_signature oidc_issuer oidc_audience oidc_expired oidc_clock oidc_code oidc_denied oidc_unsigned
        oidc_subject installation_link_wrong
    """,
    403: """
        oidc_not_again oidc_no_account oidc_no_email oidc_email_unverified forbidden counter_not_allowed
        service_not_allowed foreign_device csrf medium_of_all door_code_wrong
    """,
    404: """
        unknown_report unknown_action unknown_meeting unknown_member no_minutes unknown_complaint
        unknown_check unknown_account unknown_invitation not_found unknown_hall unknown_service
        unknown_counter unknown_leg unknown_visit unknown_ticket unknown_queue unknown_message unknown_alert
        unknown_alarm unknown_incident unknown_incident_note unknown_target unknown_recipient unknown_notice
        unknown_referral not_arrived
        unknown_screen unknown_pairing_code unknown_kiosk unknown_print_job no_picture unknown_appointment
        unknown_configuration unknown_revision unknown_template unknown_medium unknown_bulletin
        unknown_survey unknown_survey_text no_door_code unknown_absence
    """,
    405: "method_not_allowed",
    413: """
        minutes_too_large too_large captions_too_large
        medium_too_large open_file_too_large
    """,
    422: """
        password_too_short password_too_long password_common password_of_names passwords_differ bad_login
        bad_name bad_email role_missing role_twice role_not_limited unknown_place unknown_retention
        retention_out_of_bounds register_text_too_long action_owner_is_a_person member_function_missing
        member_is_a_person bad_mandate_day mandate_over bad_meeting_day meeting_in_the_past meeting_not_held
        bad_meeting_hour agenda_missing minutes_too_old bad_sent_day sent_after_meeting pack_not_approved
        decision_missing minutes_missing minutes_bad_kind committee_text_too_long
        check_photographs_missing photographs_unticked bad_check_day
        check_function_missing check_function_is_a_person check_scenario_missing check_text_too_long
        check_result_missing absence_ends_before absence_too_long absence_is_past
        complaint_kind_missing complaint_channel_missing complaint_text_missing complaint_text_too_long
        bad_complaint_day complaint_answer_missing complaint_reason_missing complaint_public_missing
        action_solution_missing action_proof_missing action_effect_too_early bad_action_effect
        action_verified_by_its_owner action_owner_missing action_day_missing
        complaint_unchecked action_remark_missing action_text_too_long bad_action_day bad_action_state
        sentence_too_long bad_report_period report_halls_missing report_period_to_come bad_incident_day
        incident_kind_missing incident_gravity_missing bad_incident_follow_up bad_complaint_reference
        complaint_without_follow_up bad_withdrawal_day withdrawal_reason_missing bad_recipient bad_webhook
        alarm_kinds_missing never_expires expires_out_of_bounds words_missing words_without_alert
        one_translation unreadable_picture displays_unordered display_reversed display_too_old
        display_in_future booked_in_past bad_target_wait bad_target_share bad_target_start bad_decision_day
        target_decider_missing target_decider_too_long unknown_typed_indicator bad_typed_value
        bad_typed_number bad_typed_period typed_source_missing typed_source_too_long unknown_grid_line
        grid_text_missing grid_text_too_long bad_grid_day bad_schedule_kind bad_schedule_day
        bad_schedule_address schedule_recipients_missing schedule_account grid_source_missing
        grid_source_too_long typed_of_whole_hall typed_indicator_measured pasted_service typed_too_many
        pasted_nothing pasted_too_many pasted_cells pasted_period pasted_indicator pasted_value pasted_unit
        pasted_twice annotation_missing annotation_too_long bad_annotation_day service_without_appointments
        malformed_hour appointment_columns malformed_calendar dates_reversed no_reason printer_address
        no_service captions_not_webvtt captions_broken captions_markup captions_too_many captions_too_long
        medium_name_missing medium_name_too_long medium_tags medium_rights_too_long medium_empty
        wrong_language text_missing text_too_long feed_address feed_address_too_long feed_private
        feed_unreachable feed_too_large feed_broken notices_by_webhook vigilance_unknown bulletin_broken
        bulletin_too_large bulletin_entities bulletin_unconfirmed no_document bulletin_answer
        bulletin_not_actual bulletin_not_public bulletin_from_the_future bulletin_without_info
        bulletin_unlikely bulletin_other_language bulletin_elsewhere bulletin_over bulletin_cancels_unknown
        survey_answer_empty bad_survey_answer survey_text_too_long bad_survey_audience survey_text_marked
        survey_title_missing survey_title_too_long survey_halls_missing bad_survey_days
        survey_channels_missing bad_survey_quota outside_form_address outside_form_channels
        survey_question_kind survey_question_too_long survey_choices survey_questions_too_many
        survey_questions_too_few survey_free_texts survey_words_missing survey_over survey_kiosk_question
        bad_phone_number bad_subscription bad_text_decision document_refused idempotency_mismatch
        too_many_drafts open_file_missing open_file_columns open_file_version open_file_line
        open_file_month open_file_number open_file_twice
    """,
    429: """
        sign_ins_slowed register_full register_flooded survey_flooded too_many_requests too_many_tickets
    """,
    500: "internal",
    502: "oidc_rejected oidc_broken",
    503: """
        oidc_away database_busy storage_full not_configured not_installed database_not_migrated
        database_foreign database_too_old database_too_new voice_unavailable paper_unavailable
    """,
}
"""The codes of refusals by their HTTP status; every other code answers 409."""
_OF_PHOTOGRAPHS = {
    "check_photographs_too_many": 409,
    "check_photograph_too_large": 413,
    "check_photograph_unreadable": 422,
    "form_photographs_too_many": 422,
    "form_photograph_too_large": 413,
    "form_photograph_unreadable": 422,
}
"""Codes that begin with the kind of form of a photograph: nowhere else they stand whole."""
STATUS = {code: status for status, codes in _CODES.items() for code in codes.split()} | _OF_PHOTOGRAPHS
_HTTP_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_requests",
}

STATES_SAID = frozenset({"waiting", "called", "in_service", "parked", "ended", "paused"})
"""States that a sentence names as the reason why a gesture is refused there."""

_OF_FORMS = uuid.UUID("3b1f6a9e-6c0e-4a53-9a55-1f0c3f2f5d0e")
TICKED = "yes"
"""The value of a box that is ticked."""


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    if refusal.code == "unknown_service" and request.method == "POST":
        return 409
    return STATUS.get(refusal.code, 409)


def problem(code: str, status: int, sentence: str, **details: Any) -> Response:
    """A problem document: type, title, status, detail (a sentence), code, and the refusal's own values."""
    body = {
        **details,
        "type": f"urn:parvis:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": sentence,
        "code": code,
    }
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        fault = ' error="invalid_token"' if "Authorization" in request.headers else ""
        response.headers["WWW-Authenticate"] = f"Bearer{fault}"
    return response


def is_api() -> bool:
    """Whether the answer goes to a program rather than to a reader."""
    return (
        request.path.startswith(("/api/", "/device/", "/audio/", "/media/"))
        or request.accept_mimetypes.best == "application/json"
    )


def refusal_problem(refusal: Refusal) -> Response:
    """The problem document of a refusal."""
    details = _values(refusal)
    if isinstance(refusal, DocumentRefused):
        say = page.sentence()
        details["problems"] = [
            {"path": each.path, "code": each.code, "detail": each.sentence(say.translate, say.language)}
            for each in refusal.problems
        ]
    return problem(refusal.code, status_of(refusal), refusal_sentence(refusal), **details)


def refusal_sentence(refusal: Refusal) -> str:
    """What a refusal says in the page's language."""
    code, state = refusal.code, refusal.details.get("state")
    why = f".{state}" if code == "wrong_state" and state in STATES_SAID else ""
    why = ".left" if code == "full" and refusal.details.get("left") else why
    return page.sentence()(f"refusal.{code}{why}", **_values(refusal))


def problems_of(refusal: Refusal | None, fields: Mapping[str, str] | None = None) -> dict[str, str]:
    """The sentence of a refusal by the field it is about, for `_form.html`; "" stands for the whole form.

    `fields`: by code, where refusals do not name the fields of this form. Empty without a refusal.
    """
    if refusal is None:
        return {}
    field = str(refusal.details.get("field", "")) if fields is None else fields.get(refusal.code, "")
    return {field: refusal_sentence(refusal)}


def show_again(show: Callable[[Refusal], Any], *, raised: Collection[int] = ()) -> None:
    """Lets a refusal of what follows in a form’s request be answered by its page, with what was typed.

    `show`: a page as text, which gets the status of the refusal, or a whole answer. Refusals of the statuses
    `raised` have the page of errors.
    """
    g.show_again = show, raised


def answer_refusal(refusal: Refusal) -> Any:
    """The page that `show_again` named. Raises the refusal where it named none."""
    show, raised = g.pop("show_again", (None, ()))
    if show is None or status_of(refusal) in raised:
        raise refusal
    answer = show(refusal)
    return (answer, status_of(refusal)) if isinstance(answer, str) else answer


def _values(refusal: Refusal) -> dict[str, Any]:
    return {
        key: value
        for key, value in refusal.details.items()
        if isinstance(value, str | int | bool) or value is None
    }


def http_problem(error: HTTPException) -> Response:
    """The problem document of an HTTP error."""
    status = error.code or 500
    code = _HTTP_CODES.get(status, "internal" if status >= 500 else "bad_request")
    return problem(code, status, page.sentence()(f"refusal.{code}"))


def form_id() -> str:
    """The id of what the sent form adds: the same for the same form, new where it names none.

    The name is not the id: anybody can write another one into a form.
    """
    named = request.form.get("formulaire", "")
    return id_of_form(named) if named else new_id()


def id_of_form(named: str) -> str:
    """The id of what a form of this name adds."""
    return str(uuid.uuid5(_OF_FORMS, named))


def press_key(author: Author, typed: object) -> WriteKey:
    """The key of a press, equal for two equal presses: the author, and the form with its typed values."""
    content = repr(typed).encode()
    return WriteKey.of_author(author, sha256(content).hexdigest(), content)


def read_form[T](typed: type[T], sent: Mapping[str, str], **given: object) -> T:
    """The fields of a dataclass from a form; `given`: those that the form does not say.

    Where a text is too long, one letter more than allowed is read, so that it is refused. A field that is
    neither a text nor a box keeps its default.
    """
    values: dict[str, Any] = dict(given)
    longest = longest_of(typed)
    for name, kind in get_type_hints(typed).items():
        if name in values:
            continue
        if kind is bool:
            values[name] = sent.get(name) == TICKED
        elif kind is str:
            values[name] = sent.get(name, "")[: longest[name] + 1 if name in longest else None]
    return typed(**values)


def typed_lines(sent: Mapping[str, str], *names: str) -> list[str]:
    """Fields each on one line; missing ones are empty, a far too long text is cut."""
    return [" ".join(sent.get(name, "")[:200].split()) for name in names]


def typed_day(text: str, unread: date = date.min) -> date:
    """The typed day; one that cannot be read is out of bounds, and refused as such."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return unread
