"""Invite people and list sessions

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.String(64)
DIGEST = sa.String(64)
_SESSIONS = "Signed-in sessions, revocable; the cookie holds the token, the row its digest."


def upgrade() -> None:
    """Accounts without a password yet, their invitations, sessions with an id, failed sign-ins, figures.

    Whoever was signed in signs in again: an old session has neither an id nor a browser to be listed by.
    """
    with op.batch_alter_table("account") as account:
        account.alter_column("password_hash", existing_type=sa.String(200), nullable=True)
        account.add_column(sa.Column("email", sa.String(254)))
        account.add_column(sa.Column("last_signed_in_at", sa.BigInteger()))
        account.create_unique_constraint("uq_account_email", ["email"])
    with op.batch_alter_table("installation") as installation:
        installation.add_column(
            sa.Column("access_version", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.drop_table("sign_in")
    op.create_table(
        "sign_in",
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("account", ID, nullable=False),
        sa.Column("browser", sa.String(40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in"),
        sa.UniqueConstraint("id", name="uq_sign_in_id"),
        comment=_SESSIONS,
    )
    op.create_index("ix_sign_in_account", "sign_in", ["account"])
    op.create_table(
        "invitation",
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("account", ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("digest", name="pk_invitation"),
        comment="Links by which a person chooses a password, once; the link holds the token.",
    )
    op.create_index("ix_invitation_account", "invitation", ["account"])
    op.create_index("ix_invitation_expires_at", "invitation", ["expires_at"])
    op.create_table(
        "sign_in_failure",
        sa.Column("bucket", DIGEST, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.Column("blocked_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name="pk_sign_in_failure"),
        comment="Failed sign-ins of a login or an address, known by a keyed digest only.",
    )
    op.create_index("ix_sign_in_failure_failed_at", "sign_in_failure", ["failed_at"])
    op.create_table(
        "individual_figures",
        sa.Column("site", ID, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", ID, nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_individual_figures"),
        comment="Sites where figures of one agent may be shown; no row: they may not.",
    )


def downgrade() -> None:
    """Takes them away; accounts without a password go, nobody could sign in with them."""
    for table in ("individual_figures", "sign_in_failure", "invitation", "sign_in"):
        op.drop_table(table)
    op.create_table(
        "sign_in",
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("account", ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in"),
        comment=_SESSIONS,
    )
    with op.batch_alter_table("installation") as installation:
        installation.drop_column("access_version")
    op.execute("DELETE FROM role_grant WHERE account IN (SELECT id FROM account WHERE password_hash IS NULL)")
    op.execute("DELETE FROM account WHERE password_hash IS NULL")
    with op.batch_alter_table("account") as account:
        account.drop_constraint("uq_account_email", type_="unique")
        account.drop_column("last_signed_in_at")
        account.drop_column("email")
        account.alter_column("password_hash", existing_type=sa.String(200), nullable=False)
