"""Surveys: campaigns, their addresses, answers, used tickets and free texts. Plain rows, no projections.

No row of an answer leads to a person or a ticket, or says a time finer than the week. Its `run` is shared by
what came in the same ten minutes, while they last or where it is a sudden one-sided run. On SQLite answers,
texts and used tickets have no row number, so they keep no order.
"""

from sqlalchemy import Boolean, Column, Index, PrimaryKeyConstraint, String, Table, Text

from server.store.tables.columns import ID, Day, Document, Instant, metadata

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
    Column("targets", Document, nullable=False),
    Column("questions", Document, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("closes_at", Instant),
    Column("secret", String(64)),
    Index("ix_survey_closes_at", "closes_at"),
    comment="`targets`: answers by hall; `secret`: of the digests of used tickets, erased at the close.",
)

survey_address = Table(
    "survey_address",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("survey", ID, nullable=False),
    Column("hall", ID),
    Column("channel", String(10), nullable=False),
    Index("ix_survey_address_survey", "survey"),
    comment="Where a survey is answered: one address for each hall and channel.",
)

survey_answer = Table(
    "survey_answer",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("survey", ID, nullable=False),
    Column("hall", ID),
    Column("channel", String(10), nullable=False),
    Column("language", String(8), nullable=False),
    Column("week", String(8), nullable=False),
    Column("choices", Document, nullable=False),
    Column("run", String(16)),
    Index("ix_survey_answer_survey", "survey"),
    comment="The choices of one person, without free texts; `id` is drawn, `week`: ISO.",
    sqlite_with_rowid=False,
)

survey_waiting = Table(
    "survey_waiting",
    metadata,
    Column("answer", String(64), nullable=False),
    Column("question", String(4), nullable=False),
    Column("survey", ID, nullable=False),
    Column("hall", ID),
    PrimaryKeyConstraint("answer", "question", name="pk_survey_waiting"),
    Index("ix_survey_waiting_survey", "survey"),
    comment="Choices that no result counts yet: results move by ten answers or more.",
    sqlite_with_rowid=False,
)

survey_ticket = Table(
    "survey_ticket",
    metadata,
    Column("survey", ID, nullable=False),
    Column("digest", String(64), nullable=False),
    PrimaryKeyConstraint("survey", "digest", name="pk_survey_ticket"),
    comment="Tickets that have answered, as keyed digests; deleted when the survey closes.",
    sqlite_with_rowid=False,
)

survey_text = Table(
    "survey_text",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("survey", ID, nullable=False),
    Column("hall", ID),
    Column("question", String(4), nullable=False),
    Column("language", String(8), nullable=False),
    Column("week", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("is_edited", Boolean, nullable=False),
    Column("erase_after", Instant, nullable=False),
    Index("ix_survey_text_survey", "survey"),
    Index("ix_survey_text_erase_after", "erase_after"),
    comment="A free text, apart from the answer it came with; `state`: unread, shown or hidden.",
    sqlite_with_rowid=False,
)
