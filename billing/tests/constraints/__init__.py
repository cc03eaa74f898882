"""What raw SQL can't do: every constraint and trigger of the billing tables, broken one by one, with triggers on.

A case is a copy of a good row with one thing wrong (`cases_….py`). `test_refused.py` fails where a constraint or a
trigger has no case. The good rows are made once (`conftest.py`); each test is rolled back to them.
"""
