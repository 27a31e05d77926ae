"""How the call log's tables came to be, revision by revision; run by `queues.calllog.database.migrate`."""
