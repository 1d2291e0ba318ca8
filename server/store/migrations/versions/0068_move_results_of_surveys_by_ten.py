"""Move results of surveys by ten

Revision ID: 0068
Revises: 0067
"""

import json
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

STEP = 10


def upgrade() -> None:
    """Choices wait until ten of their hall and question do; answers of the same minutes are marked."""
    op.add_column("survey_answer", sa.Column("run", sa.String(16)))
    op.create_table(
        "survey_waiting",
        sa.Column("answer", sa.String(64), nullable=False),
        sa.Column("question", sa.String(4), nullable=False),
        sa.Column("survey", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64)),
        sa.PrimaryKeyConstraint("answer", "question", name=op.f("pk_survey_waiting")),
        comment="Choices that no result counts yet: results move by ten answers or more.",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_waiting_survey", "survey_waiting", ["survey"])
    _let_few_choices_wait()


def downgrade() -> None:
    """Every answer counts at once."""
    op.drop_table("survey_waiting")
    op.drop_column("survey_answer", "run")


def _let_few_choices_wait() -> None:
    """Choices that no result could show so far, being fewer than ten, wait for others."""
    connection = op.get_bind()
    answer = sa.table(
        "survey_answer",
        *(sa.column(name) for name in ("id", "survey", "hall", "choices")),
    )
    waiting = sa.table(
        "survey_waiting", *(sa.column(name) for name in ("answer", "question", "survey", "hall"))
    )
    groups: defaultdict[tuple[str, str | None, str], list[str]] = defaultdict(list)
    for row in connection.execute(sa.select(answer)):
        for question in json.loads(row.choices):
            groups[row.survey, row.hall, question].append(row.id)
    for (survey, hall, question), answers in groups.items():
        if len(answers) < STEP and hall is not None:
            rows = [
                {"answer": each, "question": question, "survey": survey, "hall": hall} for each in answers
            ]
            connection.execute(waiting.insert(), rows)
