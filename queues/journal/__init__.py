"""The journal: every event of the exchange, written first, one JSON line each.

`format` turns an event into its line and back, `segments` names the files, `writer` appends,
`reader` reads from any place on. Knows no database and no asyncio.
"""
