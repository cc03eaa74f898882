"""Figures over several apps."""
