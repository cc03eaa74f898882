"""A shop in which each thing stands once, or forty times, and which pages show it: for the sweep over query counts."""
