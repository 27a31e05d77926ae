"""The first call log: contacts, their events, and how far the follower is.

Written by hand and never changed after its release: a later schema is a later revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables and the follower's one row."""
    sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "contacts",
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("called", sa.String(), nullable=False),
        sa.Column("caller", sa.String()),
        sa.Column("caller_kind", sa.String(), nullable=False),
        sa.Column("arrived_at", sa.Double(), nullable=False),
        sa.Column("first_queue", sa.String()),
        sa.Column("queued_at", sa.Double()),
        sa.Column("last_agent", sa.String()),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.Double()),
        sa.Column("talk_started_at", sa.Double()),
        sa.Column("talk_ended_at", sa.Double()),
        sa.Column("ended_at", sa.Double()),
        sa.Column("outcome", sa.String()),
        sa.Column("ended_by", sa.String()),
        sa.Column("wait_s", sa.Double()),
        sa.Column("talk_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("contact", name="pk_contacts"),
    )
    op.create_index("ix_contacts_arrived_at", "contacts", ["arrived_at"])
    op.create_table(
        "contact_events",
        sa.Column("seq", sequence, nullable=False, autoincrement=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_contact_events"),
        sa.ForeignKeyConstraint(
            ["contact"], ["contacts.contact"], name="fk_contact_events_contact", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_contact_events_contact", "contact_events", ["contact"])
    follower = op.create_table(
        "follower",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("seq", sequence, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follower"),
    )
    op.bulk_insert(follower, [{"id": 1, "seq": 0, "at": 0.0}])


def downgrade() -> None:
    """Refuse: the log before the first log is no log."""
    message = "the call log's first revision cannot be undone; move the database away instead"
    raise NotImplementedError(message)
