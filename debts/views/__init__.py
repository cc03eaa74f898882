"""The screens of the debt ledger."""
