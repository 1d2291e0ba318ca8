"""Keep surveys

Revision ID: 0056
Revises: 0055
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Campaigns, their addresses, answers, used tickets and free texts."""
    op.create_table(
        "survey",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("audience", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("halls", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.String(10), nullable=False),
        sa.Column("closes_on", sa.String(10), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("outside", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger()),
        sa.Column("secret", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        comment="`targets`: answers by hall; `secret`: of the digests of used tickets, erased at the close.",
    )
    op.create_index("ix_survey_closes_at", "survey", ["closes_at"])
    op.create_table(
        "survey_address",
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("survey", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64)),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_survey_address")),
        comment="Where a survey is answered: one address for each hall and channel.",
    )
    op.create_index("ix_survey_address_survey", "survey_address", ["survey"])
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("survey", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64)),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
        comment="The choices of one person, without free texts; `id` is drawn, `week`: ISO.",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_answer_survey", "survey_answer", ["survey"])
    op.create_table(
        "survey_ticket",
        sa.Column("survey", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("survey", "digest", name=op.f("pk_survey_ticket")),
        comment="Tickets that have answered, as keyed digests; deleted when the survey closes.",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_text",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("survey", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64)),
        sa.Column("question", sa.String(4), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("is_edited", sa.Boolean(), nullable=False),
        sa.Column("erase_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_text")),
        comment="A free text, apart from the answer it came with; `state`: unread, shown or hidden.",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_text_survey", "survey_text", ["survey"])
    op.create_index("ix_survey_text_erase_after", "survey_text", ["erase_after"])


def downgrade() -> None:
    """No survey is kept again."""
    for index, table in (
        ("ix_survey_text_erase_after", "survey_text"),
        ("ix_survey_text_survey", "survey_text"),
        ("ix_survey_answer_survey", "survey_answer"),
        ("ix_survey_address_survey", "survey_address"),
        ("ix_survey_closes_at", "survey"),
    ):
        op.drop_index(index, table)
    for table in ("survey_text", "survey_ticket", "survey_answer", "survey_address", "survey"):
        op.drop_table(table)
