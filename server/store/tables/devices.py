"""Pairings that wait, how often devices were there, rests of panels; rolls, jobs and leases of printers."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from server.store.tables.columns import ID, Day, Instant, metadata, partial_index

pairing = Table(
    "pairing",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(6), nullable=False, unique=True),
    Column("secret_digest", String(64), nullable=False, unique=True),
    Column("address", String(64), nullable=False),
    Column("browser", String(40), nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("device", ID),
    comment="A code shown by a device; confirmed, its secret is the token of `device`. Gone within an hour.",
)

device_presence = Table(
    "device_presence",
    metadata,
    Column("hall", ID, primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("configured", ID, primary_key=True),
    Column("looked_on", Day, primary_key=True),
    Column("seen", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("seen_at", Instant),
    comment="Looks of a local day that saw or missed a device in opening hours; its last sign of life.",
)

kiosk_agent = Table(
    "kiosk_agent",
    metadata,
    Column("kiosk", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("incarnation", ID, nullable=False),
    Column("program", String(40), nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("refused_at", Instant),
    comment="Which incarnation of its agent each kiosk has, and when a second one was refused last.",
)

panel_rest = Table(
    "panel_rest",
    metadata,
    Column("hall", ID, primary_key=True),
    Column("screen", ID, primary_key=True),
    Column("began_at", Instant, primary_key=True),
    Column("last_at", Instant, nullable=False),
    comment="Intervals in which the panel of a screen was off on purpose, by checks every two minutes.",
)

roll = Table(
    "roll",
    metadata,
    Column("id", ID, primary_key=True),
    Column("printer", ID, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("papers", Integer, nullable=False),
    Column("low_at", Integer),
    Column("is_out", Boolean, nullable=False),
    Column("was_opened", Boolean, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(10)),
    Index("ix_roll_printer", "printer", "began_at"),
    partial_index("uq_roll_in_printer", text("ended_at IS NULL"), "printer", unique=True),
    comment="A roll of a printer (a kiosk's id): the papers it gave, and how many when its end was near.",
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
    Column("queued_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("done_at", Instant),
    Column("first_printer", ID),
    UniqueConstraint("visit", "copy", name="uq_print_job_copy"),
    partial_index("ix_print_job_open", text("state IN ('queued', 'sending')"), "printer", "queued_at", "id"),
)

printer_lease = Table(
    "printer_lease",
    metadata,
    Column("printer", ID, primary_key=True),
    Column("holder", ID, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("state", String(200)),
    Column("state_at", Instant),
    Column("unprinted", Integer, nullable=False, server_default="0"),
)

pulled_printer = Table(
    "pulled_printer",
    metadata,
    Column("printer", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("secret", String(64), nullable=False),
    Column("renewed_at", Instant, nullable=False),
    Column("polled_at", Instant),
    Column("interval_s", Integer),
    Column("identity", String(40)),
    comment="Printers that fetch their jobs: the digest of the secret of each, and its last kept poll.",
)

printer_probe = Table(
    "printer_probe",
    metadata,
    Column("printer", ID, primary_key=True),
    Column("place", String(300)),
    Column("asked_at", Instant),
    Column("state", String(20)),
    Column("name", String(200)),
    Column("has_process_id", Boolean),
    Column("speed", Integer),
    Column("read_place", String(300)),
    Column("read_at", Instant),
    comment="What each printer answered when it was probed, and when somebody read a sheet of it.",
)
