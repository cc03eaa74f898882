"""Papers to send: PDF pages in every script that the shop's customers are likely to write their names in."""

from viveka.stores.pdf.paper import A4_WIDTH, GAP, Column, paper, slip, table
from viveka.stores.pdf.words import Words

__all__ = ["A4_WIDTH", "GAP", "Column", "Words", "paper", "slip", "table"]
