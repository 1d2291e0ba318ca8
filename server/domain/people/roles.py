"""Roles are sets of permissions per verb; an account holds a role at one site or at all of them."""

from enum import StrEnum


class Permission(StrEnum):
    """What a person, a device or an API key may do.

    A scope of an API key is a permission or a set of them.
    """

    ISSUE = "issue"
    CALL = "call"
    RECEIVE = "receive"
    ASK_HELP = "ask_help"
    READ_BOARD = "read_board"
    READ_QUEUE = "read_queue"
    READ_FIGURES = "read_figures"
    EXPORT_VISITS = "export_visits"
    REPRINT = "reprint"
    SUPERVISE = "supervise"
    DISTRIBUTE = "distribute"
    CONFIGURE = "configure"
    ADMINISTER_PEOPLE = "administer_people"
    DECIDE_TARGETS = "decide_targets"
    TYPE_FIGURES = "type_figures"
    READ_HELP = "read_help"
    READ_APPOINTMENTS = "read_appointments"
    BOOK = "book"
    RAISE_ALERT = "raise_alert"
    END_ALERT = "end_alert"
    DRAFT_NOTICES = "draft_notices"
    PUBLISH_NOTICES = "publish_notices"
    READ_JOURNAL = "read_journal"
    SEND_BULLETINS = "send_bulletins"
    WRITE_REPORTS = "write_reports"
    RUN_SURVEYS = "run_surveys"
    NOTE_INCIDENTS = "note_incidents"
    RECEIVE_INCIDENTS = "receive_incidents"
    ANSWER_COMPLAINTS = "answer_complaints"
    READ_RETENTION = "read_retention"


_P = Permission
ROLES: dict[str, frozenset[Permission]] = {
    "agent": frozenset(
        {
            _P.ISSUE,
            _P.CALL,
            _P.RECEIVE,
            _P.READ_BOARD,
            _P.READ_QUEUE,
            _P.REPRINT,
            _P.READ_APPOINTMENTS,
            _P.RAISE_ALERT,
            _P.NOTE_INCIDENTS,
            _P.RECEIVE_INCIDENTS,
            _P.READ_HELP,
        }
    ),
    "reception": frozenset(
        {
            _P.ISSUE,
            _P.DISTRIBUTE,
            _P.RECEIVE,
            _P.READ_BOARD,
            _P.READ_QUEUE,
            _P.REPRINT,
            _P.READ_APPOINTMENTS,
            _P.BOOK,
            _P.RAISE_ALERT,
            _P.DRAFT_NOTICES,
            _P.NOTE_INCIDENTS,
            _P.RECEIVE_INCIDENTS,
            _P.READ_HELP,
        }
    ),
    "digital_helper": frozenset(
        {
            _P.ISSUE,
            _P.CALL,
            _P.READ_BOARD,
            _P.READ_QUEUE,
            _P.READ_APPOINTMENTS,
            _P.RAISE_ALERT,
            _P.NOTE_INCIDENTS,
            _P.READ_HELP,
        }
    ),
    "security": frozenset(
        {
            _P.READ_BOARD,
            _P.DISTRIBUTE,
            _P.READ_APPOINTMENTS,
            _P.ASK_HELP,
            _P.RAISE_ALERT,
            _P.END_ALERT,
            _P.NOTE_INCIDENTS,
            _P.RECEIVE_INCIDENTS,
            _P.READ_HELP,
        }
    ),
    "supervisor": frozenset(
        {
            _P.ISSUE,
            _P.CALL,
            _P.RECEIVE,
            _P.READ_BOARD,
            _P.READ_QUEUE,
            _P.REPRINT,
            _P.READ_FIGURES,
            _P.EXPORT_VISITS,
            _P.SUPERVISE,
            _P.CONFIGURE,
            _P.DECIDE_TARGETS,
            _P.TYPE_FIGURES,
            _P.WRITE_REPORTS,
            _P.RUN_SURVEYS,
            _P.ANSWER_COMPLAINTS,
            _P.DISTRIBUTE,
            _P.READ_APPOINTMENTS,
            _P.BOOK,
            _P.RAISE_ALERT,
            _P.END_ALERT,
            _P.DRAFT_NOTICES,
            _P.READ_JOURNAL,
            _P.NOTE_INCIDENTS,
            _P.RECEIVE_INCIDENTS,
            _P.READ_HELP,
        }
    ),
    "communication": frozenset({_P.READ_BOARD, _P.DRAFT_NOTICES, _P.PUBLISH_NOTICES, _P.READ_HELP}),
    "quality": frozenset(
        {
            _P.READ_BOARD,
            _P.READ_FIGURES,
            _P.EXPORT_VISITS,
            _P.DECIDE_TARGETS,
            _P.TYPE_FIGURES,
            _P.WRITE_REPORTS,
            _P.RUN_SURVEYS,
            _P.ANSWER_COMPLAINTS,
            _P.READ_RETENTION,
            _P.READ_HELP,
        }
    ),
    "administrator": frozenset(Permission),
    "committee": frozenset({_P.READ_FIGURES, _P.READ_HELP}),
}

SCOPES: dict[str, frozenset[Permission]] = {
    "issue": frozenset({_P.ISSUE}),
    "read": frozenset(
        {_P.READ_BOARD, _P.READ_QUEUE, _P.READ_FIGURES, _P.EXPORT_VISITS, _P.READ_APPOINTMENTS}
    ),
    "call": frozenset({_P.CALL, _P.READ_QUEUE, _P.READ_BOARD}),
    "book": frozenset({_P.BOOK, _P.READ_APPOINTMENTS}),
    "figures": frozenset({_P.READ_FIGURES, _P.TYPE_FIGURES}),
    "alert": frozenset({_P.RAISE_ALERT}),
    "notices": frozenset({_P.DRAFT_NOTICES, _P.PUBLISH_NOTICES}),
    "bulletins": frozenset({_P.SEND_BULLETINS}),
}
"""What each scope of an API key allows (CONTRACT: the demonstration's key has issue, read and call)."""

DEVICE_KINDS: dict[str, frozenset[Permission]] = {
    "kiosk": frozenset({_P.ISSUE}),
    "screen": frozenset({_P.READ_BOARD}),
}
"""What a paired device may do in its own hall, by its kind."""
