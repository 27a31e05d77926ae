"""How often a caller was handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the count; no call of an older log was handed over by us."""
    op.add_column("contacts", sa.Column("hops", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take the count away again."""
    with op.batch_alter_table("contacts") as table:
        table.drop_column("hops")
