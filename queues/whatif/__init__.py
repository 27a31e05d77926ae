"""What if other people answered, or other rings were asked: recorded demand, met by another policy.

Owns the demand that a journal tells of, patience, the free run of it and its figures, and the comparison of
single offers. Pure: recorded events go in, figures come out. Knows no files; the staffing plan shares it.
"""
