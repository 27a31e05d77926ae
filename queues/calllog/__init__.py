"""The call log: the journal projected into a database, and read back from it.

`schema` names the tables, `projection` writes them, `follower` keeps them up with the journal, `readings` and
`presentation` show them; `database` opens and migrates. Knows no telephone and no asyncio.
"""
