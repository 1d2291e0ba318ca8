"""Name media, and note their rights

Revision ID: 0045
Revises: 0043
"""

import json
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0043"
branch_labels = None
depends_on = None

_MEDIA = sa.text(
    "SELECT medium.id, medium.state, medium.files, medium.upload_size, medium_text.texts FROM medium "
    "LEFT JOIN medium_text ON medium_text.medium = medium.id WHERE medium.state <> 'removed'"
)


def upgrade() -> None:
    """Each medium has a name, empty for those of before, and counts for the bytes that it keeps."""
    table = op.create_table(
        "medium_details",
        sa.Column("medium", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("rights", sa.String(240), nullable=False),
        sa.Column("until", sa.String(10)),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kept_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("medium", name=op.f("pk_medium_details")),
        comment="Words about a medium, erased with it; `words` are searched, `kept_bytes` count for a quota.",
    )
    connection = op.get_bind()
    for medium, state, files, upload_size, texts in connection.execute(_MEDIA).all():
        kept = {file.get("sha256"): file.get("size", 0) for file in json.loads(files)}
        sizes = {"preparing": upload_size, "refused": 0}
        row = {
            "medium": medium,
            "name": "",
            "tags": "[]",
            "made_by": "",
            "rights": "",
            "until": None,
            "words": _folded("\n".join(json.loads(texts or "{}").values())),
            "kept_bytes": sizes.get(state, sum(kept.values())),
        }
        connection.execute(table.insert().values(row))


def _folded(text: str) -> str:
    """Without accents and capitals, as names and descriptions were searched at this revision."""
    small = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return "".join(each for each in unicodedata.normalize("NFKD", small) if not unicodedata.combining(each))


def downgrade() -> None:
    """Media have no names again."""
    op.drop_table("medium_details")
