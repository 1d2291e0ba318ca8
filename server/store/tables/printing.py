"""Print jobs and who drives a printer."""

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

from server.store.tables.columns import ID, Instant, metadata

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
