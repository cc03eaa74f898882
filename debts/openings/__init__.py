"""Opening balances: rows of an old book judged, entered together, taken out again where one was a mistake."""
