"""Papers to send: PDF pages in every script that the shop's customers are likely to write their names in."""

from viveka.stores.pdf.paper import A4_WIDTH, GAP, Column, paper, slip, table
from viveka.stores.pdf.parts import Boxed, Code, Pair, Rule
from viveka.stores.pdf.words import Words

__all__ = ["A4_WIDTH", "GAP", "Boxed", "Code", "Column", "Pair", "Rule", "Words", "paper", "slip", "table"]
