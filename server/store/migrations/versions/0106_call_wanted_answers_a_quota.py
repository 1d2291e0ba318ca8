"""Call the number of answers that a survey wants a quota

Revision ID: 0106
Revises: 0105
"""

from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None

SECRET = "`secret`: of the digests of used tickets, erased at the close."


def upgrade() -> None:
    """The values stay."""
    with op.batch_alter_table("survey") as table:
        table.alter_column("targets", new_column_name="quotas")
        table.create_table_comment(f"`quotas`: of answers, by hall; {SECRET}")


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("survey") as table:
        table.alter_column("quotas", new_column_name="targets")
        table.create_table_comment(f"`targets`: answers by hall; {SECRET}")
