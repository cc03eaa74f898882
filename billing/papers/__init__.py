"""Receipts as they are given out: one content each, for the screen, for paper, as a file and in a message."""
