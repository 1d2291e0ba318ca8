"""Keep the users' committee

Revision ID: 0063
Revises: 0062
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Members by function, meetings, minutes and decisions of the users' committee of a site."""
    op.create_table(
        "committee_member",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("function", sa.String(80), nullable=False),
        sa.Column("mandate_ends_on", sa.String(10)),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_member")),
        comment="Members of the users' committee of a site, by function: no name is kept.",
    )
    op.create_index("ix_committee_member_site", "committee_member", ["site"])
    op.create_table(
        "committee_meeting",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("met_on", sa.String(10), nullable=False),
        sa.Column("starts_at", sa.String(5), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("report", sa.String(64)),
        sa.Column("pack_sent_on", sa.String(10)),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_meeting")),
        comment="Meetings of users' committees; `report`: the approved report that was sent before.",
    )
    op.create_index("ix_committee_meeting_site", "committee_meeting", ["site", "met_on"])
    op.create_table(
        "committee_minutes",
        sa.Column("meeting", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(3), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("attached_at", sa.BigInteger(), nullable=False),
        sa.Column("erase_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", name=op.f("pk_committee_minutes")),
        comment="The file of a meeting's minutes, a PDF or an OpenDocument text; erased after five years.",
    )
    op.create_index("ix_committee_minutes_erase_after", "committee_minutes", ["erase_after"])
    op.create_table(
        "committee_decision",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("meeting", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("target", sa.String(64)),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_decision")),
        comment="Decisions of meetings; `target`: of waiting, where the decision is about one.",
    )
    op.create_index("ix_committee_decision_meeting", "committee_decision", ["meeting"])


def downgrade() -> None:
    """No committee is kept again."""
    op.drop_table("committee_decision")
    op.drop_table("committee_minutes")
    op.drop_table("committee_meeting")
    op.drop_table("committee_member")
