"""The identities that the books must keep, each a rule with a name, and what finds the rows that break it."""
