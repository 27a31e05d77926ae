"""What those who wait are told and promised: estimates, announcements, and the conditions for staying.

`estimate` has seen a queue lately and tells how long it will take, in the steps of `ranges`; `announcing`
tells what one caller is to hear now, `conditions` whether a caller may come in or stay. Pure: times are
passed in.
"""
