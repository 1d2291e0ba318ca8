"""Problem documents (RFC 9457): one table from a refusal's code to its HTTP status.

The sentence is in the catalogue.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

from server.documents.problems import DocumentRefused
from server.domain.refusals import Refusal

STATUS: Mapping[str, int] = {
    "bad_request": 400,
    "bad_period": 400,
    "not_signed_in": 401,
    "unknown_device": 401,
    "device_revoked": 401,
    "unknown_key": 401,
    "wrong_password": 401,
    "sign_ins_slowed": 429,
    "password_too_short": 422,
    "password_too_long": 422,
    "password_common": 422,
    "password_of_names": 422,
    "passwords_differ": 422,
    "bad_login": 422,
    "bad_name": 422,
    "bad_email": 422,
    "role_missing": 422,
    "login_taken": 409,
    "email_taken": 409,
    "own_account": 409,
    "last_administrator": 409,
    "account_locked": 409,
    "individual_figures_off": 409,
    "unknown_report": 404,
    "unknown_retention": 422,
    "retention_out_of_bounds": 422,
    "retention_of_all_sites": 409,
    "register_text_too_long": 422,
    "unknown_action": 404,
    "action_owner_is_a_person": 422,
    **dict.fromkeys(("unknown_meeting", "unknown_member", "no_minutes"), 404),
    **dict.fromkeys(("committee_without_members", "meeting_over", "meeting_to_come"), 409),
    "minutes_too_large": 413,
    **dict.fromkeys(
        (
            *("member_function_missing", "member_is_a_person", "bad_mandate_day", "mandate_over"),
            *("bad_meeting_day", "meeting_in_the_past", "bad_meeting_hour", "agenda_missing"),
            *("bad_sent_day", "sent_after_meeting", "pack_not_approved", "decision_missing"),
            *("minutes_missing", "minutes_bad_kind", "committee_text_too_long"),
        ),
        422,
    ),
    "unknown_complaint": 404,
    "complaint_moved": 409,
    "register_closed": 409,
    "unknown_finding": 409,
    "unknown_check": 404,
    "check_photograph_too_large": 413,
    "check_photographs_too_many": 409,
    **dict.fromkeys(
        (
            *("check_photographs_missing", "check_photographs_unticked", "check_photograph_unreadable"),
            "check_photograph_heic",
            *("bad_check_day", "check_function_missing", "check_function_is_a_person"),
            *("check_scenario_missing", "check_text_too_long", "check_result_missing"),
        ),
        422,
    ),
    "register_full": 429,
    **dict.fromkeys(
        (
            *("complaint_kind_missing", "complaint_channel_missing", "complaint_text_missing"),
            *("complaint_text_too_long", "bad_complaint_day", "complaint_answer_missing"),
            *("complaint_reason_missing", "complaint_public_missing", "complaint_unchecked"),
        ),
        422,
    ),
    **dict.fromkeys(
        ("action_remark_missing", "action_text_too_long", "bad_action_day", "bad_action_state"), 422
    ),
    **dict.fromkeys(
        (
            *("report_frozen", "report_not_frozen", "report_changed", "report_period_running"),
            "report_needs_another_approver",
        ),
        409,
    ),
    **dict.fromkeys(
        ("sentence_too_long", "bad_report_period", "report_halls_missing", "report_period_to_come"), 422
    ),
    "unknown_account": 404,
    "unknown_invitation": 404,
    "invitation_used": 409,
    "invitation_expired": 409,
    **dict.fromkeys(
        ("oidc_state", "oidc_nonce", "oidc_signature", "oidc_issuer", "oidc_audience", "oidc_expired"), 401
    ),
    **dict.fromkeys(("oidc_clock", "oidc_code", "oidc_denied", "oidc_unsigned", "oidc_subject"), 401),
    **dict.fromkeys(("oidc_not_again", "oidc_no_account", "oidc_no_email", "oidc_email_unverified"), 403),
    "oidc_rejected": 502,
    "oidc_broken": 502,
    "oidc_away": 503,
    "forbidden": 403,
    "foreign_device": 403,
    "csrf": 403,
    "printer_not_pulled": 409,
    "not_found": 404,
    "unknown_hall": 404,
    "unknown_service": 404,
    "unknown_counter": 404,
    "unknown_leg": 404,
    "unknown_visit": 404,
    "unknown_ticket": 404,
    "unknown_queue": 404,
    "unknown_message": 404,
    "unknown_alert": 404,
    "unknown_alarm": 404,
    **dict.fromkeys(("unknown_incident", "unknown_incident_note"), 404),
    **dict.fromkeys(
        (
            *("bad_incident_day", "incident_kind_missing", "incident_gravity_missing"),
            *("bad_incident_follow_up", "bad_complaint_reference", "complaint_without_follow_up"),
        ),
        422,
    ),
    **dict.fromkeys(("incident_over", "incident_of_another", "incident_elsewhere"), 409),
    "alarm_over": 409,
    "unknown_target": 404,
    "target_over": 409,
    "unknown_annotation": 409,
    "unknown_typed_figure": 409,
    "figure_measured": 409,
    "unknown_grid_text": 409,
    "unknown_schedule": 409,
    "too_many_grid_lines": 409,
    "bad_withdrawal_day": 422,
    "withdrawal_reason_missing": 422,
    "unknown_recipient": 404,
    "recipient_known": 409,
    "bad_recipient": 422,
    "bad_webhook": 422,
    "alarm_kinds_missing": 422,
    "alert_in_force": 409,
    "alert_over": 409,
    "end_not_asked": 409,
    "second_person_needed": 409,
    "second_person_awaited": 409,
    "alert_of_another": 409,
    "too_late_to_take_back": 409,
    "too_many_alerts": 409,
    "never_expires": 422,
    "expires_out_of_bounds": 422,
    "words_missing": 422,
    "words_without_alert": 422,
    "one_translation": 422,
    "unknown_notice": 404,
    "unknown_screen": 404,
    "unknown_phrase": 400,
    "device_not_connected": 409,
    "several_connections": 409,
    "renewal_over": 409,
    "unknown_pairing_code": 404,
    "pairing_expired": 409,
    "pairing_used": 409,
    "already_paired": 409,
    "name_taken": 409,
    "unknown_kiosk": 404,
    "unknown_device_kind": 400,
    "unknown_print_job": 404,
    "no_picture": 404,
    "unreadable_picture": 422,
    "displays_unordered": 422,
    "display_reversed": 422,
    "display_too_old": 422,
    "display_in_future": 422,
    "nothing_to_say": 400,
    "unknown_number": 400,
    "method_not_allowed": 405,
    "closed": 409,
    "too_late": 409,
    "full": 409,
    "stopped": 409,
    "already_stopped": 409,
    "not_stopped": 409,
    "appointment_only": 409,
    "unknown_reason": 409,
    "numbers_exhausted": 409,
    "unknown_appointment": 404,
    "appointment_used": 409,
    "appointment_cancelled": 409,
    "appointment_other_day": 409,
    "appointment_other_service": 409,
    "appointment_too_early": 409,
    "appointment_exists": 409,
    "appointment_code_taken": 409,
    "not_checked_in": 409,
    "booked_in_past": 422,
    **dict.fromkeys(("bad_target_wait", "bad_target_share", "bad_target_start", "bad_decision_day"), 422),
    **dict.fromkeys(("target_decider_missing", "target_decider_too_long"), 422),
    **dict.fromkeys(("unknown_typed_indicator", "bad_typed_value", "bad_typed_number"), 422),
    **dict.fromkeys(("bad_typed_period", "typed_source_missing", "typed_source_too_long"), 422),
    **dict.fromkeys(("unknown_grid_line", "grid_text_missing", "grid_text_too_long", "bad_grid_day"), 422),
    **dict.fromkeys(("bad_schedule_kind", "bad_schedule_day", "bad_schedule_address"), 422),
    **dict.fromkeys(("schedule_recipients_missing", "schedule_account"), 422),
    **dict.fromkeys(("grid_source_missing", "grid_source_too_long"), 422),
    **dict.fromkeys(("typed_of_whole_hall", "typed_indicator_measured", "pasted_service"), 422),
    **dict.fromkeys(("typed_too_many", "pasted_nothing", "pasted_too_many", "pasted_cells"), 422),
    **dict.fromkeys(
        ("pasted_period", "pasted_indicator", "pasted_value", "pasted_unit", "pasted_twice"), 422
    ),
    **dict.fromkeys(("annotation_missing", "annotation_too_long", "bad_annotation_day"), 422),
    "service_without_appointments": 422,
    "malformed_hour": 422,
    "appointment_columns": 422,
    "malformed_calendar": 422,
    "press_elsewhere": 409,
    "wrong_state": 409,
    "stale": 409,
    "not_started": 409,
    "counter_taken": 409,
    "counter_busy": 409,
    "place_busy": 409,
    "no_counter_session": 409,
    "too_late_to_undo": 409,
    "visit_moved_on": 409,
    "reinstated_too_often": 409,
    "no_break": 409,
    "on_break": 409,
    "needs_step_free": 409,
    "linked_elsewhere": 409,
    "linked_to_itself": 409,
    "linked_to_others": 409,
    "linked_apart": 409,
    "linked_too_many": 409,
    "already_linked": 409,
    "not_linked": 409,
    "several_visits": 409,
    "recalled_too_soon": 409,
    "recalled_too_often": 409,
    "postponed_too_often": 409,
    "parked_too_long": 409,
    "not_parked": 409,
    "not_today": 409,
    "added_too_many": 409,
    "same_service": 409,
    "outcome_missing": 409,
    "note_missing": 409,
    "other_half_day": 409,
    "stale_revision": 409,
    "stale_draft": 409,
    "unknown_configuration": 404,
    "unknown_revision": 404,
    "nothing_to_restore": 409,
    "stale_notice": 409,
    "notice_state": 409,
    "notice_moved": 409,
    "notice_over": 409,
    "notice_nowhere": 409,
    "correction_open": 409,
    "correction_starts_now": 409,
    "dates_reversed": 422,
    "no_reason": 422,
    "no_printer": 409,
    "printer_address": 422,
    "installation_link_wrong": 401,
    "already_installed": 409,
    "unknown_template": 404,
    "no_service": 422,
    "too_large": 413,
    "unknown_medium": 404,
    "medium_in_use": 409,
    "medium_frozen": 409,
    "medium_of_all": 403,
    "medium_in_look": 409,
    "captions_too_large": 413,
    "captions_not_webvtt": 422,
    "captions_broken": 422,
    "captions_markup": 422,
    "captions_too_many": 422,
    "captions_too_long": 422,
    "captions_of_film": 409,
    "medium_expired": 409,
    "medium_not_ready": 409,
    "medium_other_kind": 409,
    "medium_uses_changed": 409,
    "medium_name_missing": 422,
    "medium_name_too_long": 422,
    "medium_tags": 422,
    "medium_rights_too_long": 422,
    "site_storage_full": 409,
    "medium_too_large": 413,
    "medium_empty": 422,
    "wrong_language": 422,
    "text_missing": 422,
    "text_too_long": 422,
    "feed_address": 422,
    "feed_address_too_long": 422,
    "feed_private": 422,
    "feed_unreachable": 422,
    "feed_too_large": 422,
    "feed_broken": 422,
    "notices_by_webhook": 422,
    "vigilance_unknown": 422,
    **dict.fromkeys(
        ("bulletin_broken", "bulletin_too_large", "bulletin_entities", "bulletin_unconfirmed", "no_document"),
        422,
    ),
    **dict.fromkeys(("bulletin_decided", "bulletin_other_kind", "bulletin_not_shown"), 409),
    **dict.fromkeys(("bulletin_expired", "bulletin_superseded", "too_many_bulletins"), 409),
    **dict.fromkeys(("bulletin_answer", "bulletin_not_actual", "bulletin_not_public"), 422),
    **dict.fromkeys(("bulletin_from_the_future", "bulletin_without_info", "bulletin_unlikely"), 422),
    **dict.fromkeys(("bulletin_other_language", "bulletin_elsewhere", "bulletin_over"), 422),
    "bulletin_cancels_unknown": 422,
    "unknown_bulletin": 404,
    **dict.fromkeys(
        (*("unknown_survey", "unknown_survey_text"),),
        404,
    ),
    **dict.fromkeys(
        (
            *("survey_not_yet", "survey_is_over", "survey_answered", "survey_not_draft", "survey_not_open"),
            *("surveys_together", "survey_result_missing"),
        ),
        409,
    ),
    **dict.fromkeys(
        (
            *("survey_answer_empty", "bad_survey_answer", "survey_text_too_long", "bad_survey_audience"),
            "survey_text_marked",
            *("survey_title_missing", "survey_title_too_long", "survey_halls_missing", "bad_survey_days"),
            *("survey_channels_missing", "bad_survey_target", "outside_form_address"),
            *("outside_form_channels", "survey_question_kind", "survey_question_too_long"),
            *("survey_choices", "survey_questions_too_many", "survey_questions_too_few"),
            *("survey_free_texts", "survey_words_missing", "survey_over", "survey_kiosk_question"),
            *("bad_text_decision",),
        ),
        422,
    ),
    **dict.fromkeys(
        (*("survey_flooded",),),
        429,
    ),
    "document_refused": 422,
    "idempotency_mismatch": 422,
    "too_many_requests": 429,
    "too_many_tickets": 429,
    "internal": 500,
    "database_busy": 503,
    "storage_full": 503,
    "not_configured": 503,
    "not_installed": 503,
    "voice_unavailable": 503,
    "paper_unavailable": 503,
}
"""Unknown service, hall or counter are 404 except for a ticket, where the contract says 409 (`status_of`)."""

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
    return response


def is_api() -> bool:
    """Whether the answer goes to a program rather than to a reader."""
    return (
        request.path.startswith(("/api/", "/device/", "/audio/", "/media/"))
        or request.accept_mimetypes.best == "application/json"
    )


def refusal_problem(refusal: Refusal, translate: Callable[..., str], language: str) -> Response:
    """The problem document of a refusal."""
    details = _values(refusal)
    if isinstance(refusal, DocumentRefused):
        details["problems"] = [
            {"path": each.path, "code": each.code, "detail": each.sentence(translate, language)}
            for each in refusal.problems
        ]
    return problem(
        refusal.code, status_of(refusal), refusal_sentence(refusal, translate, language), **details
    )


def refusal_sentence(refusal: Refusal, translate: Callable[..., str], language: str) -> str:
    """What a refusal says in a language."""
    code, state = refusal.code, refusal.details.get("state")
    why = f".{state}" if code == "wrong_state" and state in STATES_SAID else ""
    return translate(f"refusal.{code}{why}", language, **_values(refusal))


def _values(refusal: Refusal) -> dict[str, Any]:
    return {
        key: value
        for key, value in refusal.details.items()
        if isinstance(value, str | int | bool) or value is None
    }


def http_problem(error: HTTPException, translate: Callable[..., str], language: str) -> Response:
    """The problem document of an HTTP error."""
    status = error.code or 500
    code = _HTTP_CODES.get(status, "internal" if status >= 500 else "bad_request")
    return problem(code, status, translate(f"refusal.{code}", language))
