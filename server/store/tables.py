"""The tables. Instants are integer microseconds since 1970 UTC, local dates ISO texts, documents JSON texts.

`visit`, `leg`, `duty`, `counter_session`, `greeting`, `not_issued`, `target` and `appointment` are
projections: they are written by folding facts only, and can be rebuilt from the journal
(`server.store.rebuild`).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(64)
INSTANT = BigInteger

hall = Table(
    "hall",
    metadata,
    Column("id", ID, primary_key=True),
    Column("slug", ID, nullable=False, unique=True),
    Column("epoch", ID, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("journal_length", BigInteger, nullable=False),
    Column("head_hash", String(64), nullable=False),
    Column("last_recorded_at", INSTANT),
    Column("configuration_revision", Integer, nullable=False),
    Column("installation_revision", Integer, nullable=False),
    Column("number_offset", Integer, nullable=False),
    Column("number_offset_on", String(10)),
    comment="One row a hall: the write lock, the head of its journal, its epoch and version.",
)

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("journal_length", BigInteger, nullable=False),
    Column("head_hash", String(64), nullable=False),
    Column("last_recorded_at", INSTANT),
    Column("is_demonstration", Boolean, nullable=False),
    Column("secret", String(64), nullable=False),
    comment="One row: the head of the installation journal.",
)


def _journal_columns() -> list[Column[object]]:
    return [
        Column("position", BigInteger, nullable=False),
        Column("id", ID, nullable=False, unique=True),
        Column("kind", String(40), nullable=False),
        Column("schema", Integer, nullable=False),
        Column("happened_at", INSTANT, nullable=False),
        Column("recorded_at", INSTANT, nullable=False),
        Column("is_clock_suspect", Boolean, nullable=False),
        Column("author", ID, nullable=False),
        Column("device", ID),
        Column("body", Text, nullable=False),
        Column("hash", String(64), nullable=False),
    ]


hall_fact = Table(
    "hall_fact",
    metadata,
    Column("hall", ID, ForeignKey("hall.id"), nullable=False),
    *_journal_columns(),
    Column("version", BigInteger, nullable=False),
    Column("visit", ID),
    Column("counter", ID),
    PrimaryKeyConstraint("hall", "position"),
    Index("ix_hall_fact_visit", "visit"),
    Index(
        "ix_hall_fact_counter",
        "hall",
        "counter",
        "position",
        sqlite_where=text("counter IS NOT NULL"),
        postgresql_where=text("counter IS NOT NULL"),
    ),
    comment="The hall's journal: append-only, each fact carries the hash of the one before.",
)

installation_fact = Table(
    "installation_fact", metadata, *_journal_columns(), PrimaryKeyConstraint("position")
)

erasable = Table(
    "erasable",
    metadata,
    Column("id", ID, primary_key=True),
    Column("value", Text),
    Column("salt", String(64)),
    Column("erase_after", INSTANT, nullable=False),
    Index(
        "ix_erasable_erase_after",
        "erase_after",
        sqlite_where=text("value IS NOT NULL"),
        postgresql_where=text("value IS NOT NULL"),
    ),
    comment="Personal values outside the journal; value and salt are erased together.",
)

document = Table(
    "document",
    metadata,
    Column("kind", String(20), nullable=False),
    Column("scope", ID, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("published_at", INSTANT, nullable=False),
    Column("published_by", ID, nullable=False),
    PrimaryKeyConstraint("kind", "scope", "revision"),
    comment="Configuration documents with their revisions: the installation and one a hall.",
)

configured = Table(
    "configured",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("hall", ID, nullable=False),
    comment="Every id a hall document ever used: ids are unique over the installation and never reused.",
)

visit = Table(
    "visit",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("series", ID, nullable=False),
    Column("incarnation", ID, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("number", String(12), nullable=False),
    Column("class", String(12), nullable=False),
    Column("priority", String(14), nullable=False),
    Column("language", ID),
    Column("needs", ID),
    Column("link", ID),
    Column("wanted_service", ID),
    Column("exceptional_reason", ID),
    Column("channel", String(12), nullable=False),
    Column("device", ID),
    Column("issued_at", INSTANT, nullable=False),
    Column("arrived_at", INSTANT, nullable=False),
    Column("booked_at", INSTANT),
    Column("ended_at", INSTANT),
    Column("end_reason", String(20)),
    UniqueConstraint("hall", "business_day", "series", "incarnation", "rank", name="uq_visit_number"),
    Index(
        "ix_visit_needs",
        "hall",
        sqlite_where=text("needs IS NOT NULL AND end_reason IS NULL"),
        postgresql_where=text("needs IS NOT NULL AND end_reason IS NULL"),
    ),
    Index(
        "ix_visit_link",
        "hall",
        sqlite_where=text("link IS NOT NULL AND end_reason IS NULL"),
        postgresql_where=text("link IS NOT NULL AND end_reason IS NULL"),
    ),
    Index(
        "ix_visit_exceptional",
        "hall",
        sqlite_where=text("exceptional_reason IS NOT NULL AND end_reason IS NULL"),
        postgresql_where=text("exceptional_reason IS NOT NULL AND end_reason IS NULL"),
    ),
)

_open_at_counter = text("state IN ('called', 'in_service')")

leg = Table(
    "leg",
    metadata,
    Column("id", ID, primary_key=True),
    Column("visit", ID, nullable=False),
    Column("hall", ID, nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("number", String(12), nullable=False),
    Column("position", Integer, nullable=False),
    Column("service", ID, nullable=False),
    Column("queue", ID, nullable=False),
    Column("class", String(12), nullable=False),
    Column("priority", String(14), nullable=False),
    Column("target_s", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("sort_key", String(80), nullable=False),
    Column("arrived_at", INSTANT, nullable=False),
    Column("issued_at", INSTANT, nullable=False),
    Column("booked_at", INSTANT),
    Column("call", ID),
    Column("rank", Integer, nullable=False),
    Column("first_called_at", INSTANT),
    Column("last_called_at", INSTANT),
    Column("started_at", INSTANT),
    Column("is_start_pressed", Boolean, nullable=False),
    Column("ended_at", INSTANT),
    Column("end_reason", String(20)),
    Column("counter", ID),
    Column("for_counter", ID),
    Column("session", ID),
    Column("rule", String(30)),
    Column("why", Text),
    Column("reinstated_from", ID),
    Column("reinstatements", Integer, nullable=False),
    Column("quoted_low_s", Integer),
    Column("quoted_median_s", Integer),
    Column("quoted_high_s", Integer),
    Column("configuration_revision", Integer, nullable=False),
    Column("is_clock_suspect", Boolean, nullable=False),
    Column("series", ID, nullable=False),
    Column("reference_at", INSTANT, nullable=False),
    Column("is_out_of_series", Boolean, nullable=False),
    Column("is_held", Boolean, nullable=False, server_default=false()),
    Column("is_at_front", Boolean),
    Column("lets_pass", Integer),
    Column("lets_pass_since", INSTANT),
    Column("postponements", Integer),
    Column("not_before", INSTANT),
    Column("parked_at", INSTANT),
    Column("parked_s", Integer),
    Column("return_place", String(10)),
    Column("added_services", Text),
    Column("outcome", String(20)),
    Column("outcome_asked", String(10)),
    Column("note", ID),
    Index("ix_leg_visit", "visit"),
    Index("ix_leg_day", "hall", "business_day"),
    Index(
        "ix_leg_ahead",
        "hall",
        "queue",
        "sort_key",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_leg_open",
        "hall",
        "state",
        sqlite_where=text("state IN ('called', 'in_service', 'parked')"),
        postgresql_where=text("state IN ('called', 'in_service', 'parked')"),
    ),
    Index(
        "uq_leg_counter",
        "counter",
        unique=True,
        sqlite_where=_open_at_counter,
        postgresql_where=_open_at_counter,
    ),
    Index(
        "ix_leg_called",
        "hall",
        "last_called_at",
        sqlite_where=text("last_called_at IS NOT NULL"),
        postgresql_where=text("last_called_at IS NOT NULL"),
    ),
    comment="A wait and a service inside a visit; one visit at a counter at most, by constraint.",
)

counter_session = Table(
    "counter_session",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("counter", ID, nullable=False),
    Column("author", ID, nullable=False),
    Column("profile", ID),
    Column("rule", String(30), nullable=False),
    Column("services", Text, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("paused_at", INSTANT),
    Column("pause_reason", String(80)),
    Column("closed_at", INSTANT),
    Column("close_reason", String(20)),
    Column("joined_to", ID),
    Index(
        "uq_counter_session_open",
        "counter",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "ix_counter_session_hall",
        "hall",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

duty = Table(
    "duty",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("counter", ID, nullable=False),
    Column("session", ID, nullable=False),
    Column("profile", ID),
    Column("rule", String(30), nullable=False),
    Column("services", Text, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("closed_at", INSTANT),
    Index("ix_duty_hall", "hall", "opened_at"),
    Index(
        "ix_duty_open",
        "session",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    comment="Intervals in which a counter was on duty: a pause ends one.",
)

counter_lease = Table(
    "counter_lease",
    metadata,
    Column("counter", ID, primary_key=True),
    Column("session", ID, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    comment="Who holds a counter now; renewed by its console, not by facts.",
)

greeting = Table(
    "greeting",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("service", ID, nullable=False),
    Column("counter", ID),
    Column("greeted_at", INSTANT, nullable=False),
    Column("is_undone", Boolean, nullable=False),
    Index("ix_greeting_day", "hall", "business_day"),
)

not_issued = Table(
    "not_issued",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("service", ID, nullable=False),
    Column("reason", String(30), nullable=False),
    Column("device", ID),
    Column("wanted_at", INSTANT, nullable=False),
    Index("ix_not_issued_day", "hall", "business_day"),
)

ticket_stop = Table(
    "ticket_stop",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("service", ID, nullable=False),
    Column("stopped_at", INSTANT, nullable=False),
    Column("reopened_at", INSTANT),
    Index("ix_ticket_stop_day", "hall", "business_day", "service"),
    comment="Services whose tickets a supervisor stopped for the rest of a day.",
)

message = Table(
    "message",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("counter", ID),
    Column("phrase", String(20)),
    Column("text", String(120)),
    Column("sent_at", INSTANT, nullable=False),
    Column("sent_from", String(12), nullable=False),
    Column("seen_at", INSTANT),
    Column("seen_from", String(12)),
    Column("erase_after", INSTANT, nullable=False),
    Index("ix_message_hall", "hall", "sent_at"),
    Index("ix_message_erase_after", "erase_after"),
    comment="Short lines from one page at work to another; no facts, deleted within the hour.",
)

target = Table(
    "target",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("service", ID, nullable=False),
    Column("wait_s", Integer, nullable=False),
    Column("share_percent", Integer, nullable=False),
    Column("applies_from_on", String(10), nullable=False),
    Column("decided_on", String(10), nullable=False),
    Column("decided_by", String(80), nullable=False),
    Index("ix_target_hall", "hall", "service", "applies_from_on"),
)

break_decision = Table(
    "break_decision",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("half_day", Integer, nullable=False),
    Column("choice", String(12), nullable=False),
    Column("decided_at", INSTANT, nullable=False),
    Index("ix_break_decision_day", "hall", "business_day"),
    comment="What was chosen for those who still wait at a break; the last choice holds.",
)

appointment = Table(
    "appointment",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("service", ID, nullable=False),
    Column("booked_at", INSTANT, nullable=False),
    Column("booked_on", String(10), nullable=False),
    Column("is_convocation", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("visit", ID),
    Column("arrival", String(10)),
    Column("checked_in_at", INSTANT),
    Index("ix_appointment_day", "hall", "booked_on"),
    comment="Planned arrivals, without a name; its code stands in appointment_access until it is purged.",
)

appointment_access = Table(
    "appointment_access",
    metadata,
    Column("appointment", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("booked_on", String(10), nullable=False),
    Column("external_id", String(64)),
    Column("code", String(32)),
    Column("expires_at", INSTANT, nullable=False),
    UniqueConstraint("hall", "external_id", name="uq_appointment_access_external_id"),
    UniqueConstraint("hall", "booked_on", "code", name="uq_appointment_access_code"),
    Index("ix_appointment_access_expires_at", "expires_at"),
    comment="By what an appointment is known outside: its id there and its code; purged after its day.",
)

ticket_access = Table(
    "ticket_access",
    metadata,
    Column("visit", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("token", String(32), nullable=False, unique=True),
    Column("short_code", String(8), nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("press", ID, unique=True),
    Column("press_by", ID),
    Column("expires_at", INSTANT, nullable=False),
    UniqueConstraint("business_day", "short_code", name="uq_ticket_access_short_code"),
    Index("ix_ticket_access_expires_at", "expires_at"),
    comment="What a visitor holds, and which press gave it; purged after the next business day.",
)

print_job = Table(
    "print_job",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("printer", ID, nullable=False),
    Column("visit", ID),
    Column("copy", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("verdict", String(10)),
    Column("why", String(80)),
    Column("job_number", Integer),
    Column("fence", BigInteger),
    Column("queued_at", INSTANT, nullable=False),
    Column("sent_at", INSTANT),
    Column("done_at", INSTANT),
    UniqueConstraint("visit", "copy", name="uq_print_job_copy"),
    Index(
        "ix_print_job_open",
        "printer",
        "queued_at",
        "id",
        sqlite_where=text("state IN ('queued', 'sending')"),
        postgresql_where=text("state IN ('queued', 'sending')"),
    ),
)

printer_lease = Table(
    "printer_lease",
    metadata,
    Column("printer", ID, primary_key=True),
    Column("holder", ID, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("state", String(200)),
    Column("state_at", INSTANT),
)

account = Table(
    "account",
    metadata,
    Column("id", ID, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("display_name", String(80), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("is_locked", Boolean, nullable=False),
    Column("created_at", INSTANT, nullable=False),
)

role_grant = Table(
    "role_grant",
    metadata,
    Column("account", ID, ForeignKey("account.id"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("site", ID, nullable=False),
    PrimaryKeyConstraint("account", "role", "site"),
    comment="site '*' means every site.",
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account", ID, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    comment="Signed-in sessions, revocable; the cookie holds the token, the row its digest.",
)

device = Table(
    "device",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("hall", ID, nullable=False),
    Column("configured", ID, nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("created_at", INSTANT, nullable=False),
    Column("revoked_at", INSTANT),
    comment="A paired kiosk or screen; `configured` is its id in the hall document.",
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("scopes", String(200), nullable=False),
    Column("halls", Text, nullable=False),
    Column("is_loopback_only", Boolean, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT),
    Column("revoked_at", INSTANT),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("author", ID, nullable=False),
    Column("key", String(200), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("author", "key"),
    Index("ix_idempotency_created_at", "created_at"),
    comment="Answers of writes, kept 24 hours: the same key and body get the same answer.",
)

job_run = Table(
    "job_run",
    metadata,
    Column("job", String(30), nullable=False),
    Column("hall", ID, nullable=False),
    Column("business_day", String(10), nullable=False),
    Column("done_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("job", "hall", "business_day"),
    comment="Which job ran for which hall and day: each runs once.",
)

PROJECTIONS = (
    *("visit", "leg", "counter_session", "duty", "greeting", "not_issued", "ticket_stop", "target"),
    *("break_decision", "appointment"),
)
"""The tables that a rebuild empties and fills again from the journal."""
