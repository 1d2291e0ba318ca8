"""What screens really showed: sums of the displays that players reported, and how far each has reported."""

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, Table

from server.store.tables.columns import ID, Day, metadata

display = Table(
    "display",
    metadata,
    Column("notice", ID, nullable=False),
    Column("screen", ID, nullable=False),
    Column("shown_on", Day, nullable=False),
    Column("hall", ID, nullable=False),
    Column("shown_ms", BigInteger, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("cut", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    PrimaryKeyConstraint("notice", "screen", "shown_on"),
    comment="How long a notice was seen on a screen on a local date; folded from facts.",
)

display_record = Table(
    "display_record",
    metadata,
    Column("screen", ID, nullable=False),
    Column("record", ID, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    PrimaryKeyConstraint("screen", "record"),
    comment="Up to which number of a player's record its displays are counted.",
)
