"""What helps those who edit menus: the check of their files, and the schemas that editors use.

`checking` goes through the folders that somebody names; `schemas` writes JSON Schema from the tables that the
readers themselves go by. Pictures and comparisons are in `ivr.menu_views`, trials in `ivr.proving`.
"""
