"""The waiting times that callers are told, each with what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; to callers of an older log no waiting time was told."""
    op.create_table(
        "estimates",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=False
        ),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("least_s", sa.Double(), nullable=False),
        sa.Column("most_s", sa.Double(), nullable=False),
        sa.Column("waited_s", sa.Double()),
        sa.Column("ended_as", sa.String()),
        sa.PrimaryKeyConstraint("seq", name="pk_estimates"),
        sa.ForeignKeyConstraint(
            ["contact"], ["contacts.contact"], name="fk_estimates_contact", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_estimates_contact", "estimates", ["contact"])
    op.create_index("ix_estimates_at", "estimates", ["at"])


def downgrade() -> None:
    """Take the table away again."""
    op.drop_table("estimates")
