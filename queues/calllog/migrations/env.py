"""Run the migrations on the connection that `queues.calllog.database.migrate` hands over.

Owns nothing else: there is no alembic.ini, and no run without a connection.
"""

from __future__ import annotations

from alembic import context

from queues.calllog.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, once a transaction is begun by hand
)
context.run_migrations()
