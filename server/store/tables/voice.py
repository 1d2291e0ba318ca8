"""What visitors say and what sites do: actions, register, checks, committees, surveys. No projections.

No row of an answer leads to a person or a ticket, or says a time finer than the week. Its `run` is shared by
what came in the same ten minutes, while they last or where it is a sudden one-sided run. On SQLite answers,
texts and used tickets have no row number, so they keep no order.
"""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from server.store.tables.columns import ID, Day, Document, Instant, metadata

action = Table(
    "action",
    metadata,
    Column("id", ID, primary_key=True),
    Column("site", ID, nullable=False),
    Column("remark", Text, nullable=False),
    Column("origin", String(80), nullable=False),
    Column("solution", Text, nullable=False),
    Column("owner", String(80), nullable=False),
    Column("due_on", Day),
    Column("state", String(10), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("origin_kind", String(20)),
    Column("origin_id", ID),
    Column("proof", Text, nullable=False, server_default=""),
    Column("verified_by", String(80), nullable=False, server_default=""),
    Column("review_on", Day),
    Column("effect", String(16), nullable=False, server_default=""),
    Column("done_on", Day),
    Index("ix_action_site", "site", "added_at"),
    comment="The action plan of a site, kept by hand; `owner`: an office or a role, no person.",
)

action_change = Table(
    "action_change",
    metadata,
    Column("id", ID, primary_key=True),
    Column("action", ID, nullable=False, index=True),
    Column("changed_at", Instant, nullable=False),
    Column("state", String(10), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("due_on", Day),
    Column("effect", String(16), nullable=False),
    comment="What an action was after each change of its state, owner, date or effect.",
)

complaint = Table(
    "complaint",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("reference", String(12), nullable=False, index=True, unique=True),
    Column("secret_digest", String(64), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("concerns_agent", Boolean, nullable=False),
    Column("written_on", Day, nullable=False),
    Column("due_on", Day),
    Column("state", String(12), nullable=False),
    Column("answer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("public_asked", Text, nullable=False),
    Column("public_done", Text, nullable=False),
    Column("received_at", Instant, nullable=False, index=True),
    Column("answered_at", Instant),
    Column("closed_at", Instant),
    Column("released_at", Instant),
    Column("notice", ID),
    Column("action", ID),
    Index("ix_complaint_hall", "hall", "received_at"),
    comment="`answered_at`: of the answer, or of the decision to give none;"
    " `public_asked`, `public_done`: what a person edited for everybody.",
)

complaint_contact = Table(
    "complaint_contact",
    metadata,
    Column("complaint", ID, primary_key=True),
    Column("contact", Text, nullable=False),
    Column("erase_after", Instant, nullable=False, index=True),
    comment="How to reach the author of an entry, apart from everything else; the row is deleted.",
)

complaint_photograph = Table(
    "complaint_photograph",
    metadata,
    Column("complaint", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    Column("erase_after", Instant, nullable=False, index=True),
    comment="Photographs sent with entries of a register, WebP without metadata; erased with the texts.",
)

register_reopening = Table(
    "register_reopening",
    metadata,
    Column("hall", ID, primary_key=True),
    Column("reopened_at", Instant, nullable=False),
    comment="When somebody last reopened a register that a flood had filled: entries count from then on.",
)

hall_check = Table(
    "hall_check",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("done_on", Day, nullable=False),
    Column("function", String(80), nullable=False),
    Column("scenario", Text, nullable=False),
    Column("added_at", Instant, nullable=False, index=True),
    Index("ix_hall_check_hall", "hall", "done_on"),
    comment="`kind`: a check of the hall or a visit; `function`: who did it, no person.",
)

finding = Table(
    "finding",
    metadata,
    Column("hall_check", ID, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("criterion", String(20), nullable=False),
    Column("words", String(80), nullable=False),
    Column("result", String(10), nullable=False),
    Column("remark", Text, nullable=False),
    Column("added_at", Instant, nullable=False, index=True),
    comment="`criterion`: empty for one of the check’s own, whose `words` say it.",
)

proof_photograph = Table(
    "proof_photograph",
    metadata,
    Column("subject", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("erase_after", Instant, nullable=False, index=True),
    comment="Photographs of a check or an action (`subject`), WebP without metadata; for three years.",
)

committee_member = Table(
    "committee_member",
    metadata,
    Column("id", ID, primary_key=True),
    Column("site", ID, nullable=False, index=True),
    Column("function", String(80), nullable=False),
    Column("mandate_ends_on", Day),
    Column("added_at", Instant, nullable=False),
    comment="Members of the users' committee of a site, by function: no name is kept.",
)

committee_meeting = Table(
    "committee_meeting",
    metadata,
    Column("id", ID, primary_key=True),
    Column("site", ID, nullable=False),
    Column("met_on", Day, nullable=False),
    Column("starts_at", String(5), nullable=False),
    Column("agenda", Text, nullable=False),
    Column("report", ID),
    Column("pack_sent_on", Day),
    Column("added_at", Instant, nullable=False),
    Index("ix_committee_meeting_site", "site", "met_on"),
    comment="Meetings of users' committees; `report`: the approved report that was sent before.",
)

committee_minutes = Table(
    "committee_minutes",
    metadata,
    Column("meeting", ID, primary_key=True),
    Column("kind", String(3), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("attached_at", Instant, nullable=False),
    Column("erase_after", Instant, nullable=False, index=True),
    comment="The file of a meeting's minutes, a PDF or an OpenDocument text; erased after five years.",
)

committee_decision = Table(
    "committee_decision",
    metadata,
    Column("id", ID, primary_key=True),
    Column("meeting", ID, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("target", ID),
    Column("added_at", Instant, nullable=False),
    comment="Decisions of meetings; `target`: of waiting, where the decision is about one.",
)


survey = Table(
    "survey",
    metadata,
    Column("id", ID, primary_key=True),
    Column("audience", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("title", Text, nullable=False),
    Column("halls", Document, nullable=False),
    Column("opens_on", Day, nullable=False),
    Column("closes_on", Day, nullable=False),
    Column("channels", Document, nullable=False),
    Column("languages", Document, nullable=False),
    Column("outside", Text, nullable=False),
    Column("quotas", Document, nullable=False),
    Column("questions", Document, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("closes_at", Instant, index=True),
    Column("secret", String(64)),
    Column("turnout", Document),
    comment="`quotas`: of answers, by hall; `secret`: of the digests of used tickets, erased at the close.",
)

survey_address = Table(
    "survey_address",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("survey", ID, nullable=False, index=True),
    Column("hall", ID),
    Column("channel", String(10), nullable=False),
    comment="Where a survey is answered: one address for each hall and channel.",
)

survey_answer = Table(
    "survey_answer",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("survey", ID, nullable=False, index=True),
    Column("hall", ID),
    Column("channel", String(10), nullable=False),
    Column("language", String(8), nullable=False),
    Column("week", String(8), nullable=False),
    Column("choices", Document, nullable=False),
    Column("run", String(16)),
    comment="The choices of one person, without free texts; `id` is drawn, `week`: ISO.",
    sqlite_with_rowid=False,
)

survey_waiting = Table(
    "survey_waiting",
    metadata,
    Column("answer", String(64), primary_key=True),
    Column("question", String(4), primary_key=True),
    Column("survey", ID, nullable=False, index=True),
    Column("hall", ID),
    comment="Choices that no result counts yet: results move by ten answers or more.",
    sqlite_with_rowid=False,
)

survey_ticket = Table(
    "survey_ticket",
    metadata,
    Column("survey", ID, primary_key=True),
    Column("digest", String(64), primary_key=True),
    comment="Tickets that have answered, as keyed digests; deleted when the survey closes.",
    sqlite_with_rowid=False,
)

survey_text = Table(
    "survey_text",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("survey", ID, nullable=False, index=True),
    Column("hall", ID),
    Column("question", String(4), nullable=False),
    Column("language", String(8), nullable=False),
    Column("week", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("is_edited", Boolean, nullable=False),
    Column("erase_after", Instant, nullable=False, index=True),
    comment="A free text, apart from the answer it came with; `state`: unread, shown or hidden.",
    sqlite_with_rowid=False,
)
