"""Rows out of a file (or typed), in two steps: what each line would do is shown before anything is written."""
