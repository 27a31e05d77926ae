"""What helps those who edit menus: the check of their files, and the schemas that editors use.

`checking` goes through folders as `vaxel menus check` is told them; `schemas` writes JSON Schema from the
tables that the readers themselves go by. Pictures and comparisons are in `ivr.menu_views`, trials in `ivr.proving`.
"""
