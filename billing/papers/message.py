"""A receipt as the text of a message."""

from billing.papers.content import Paper

MOST_LINES = 20
"""Of a longer bill the message says how many more there are: an address takes only so much."""


def paper_text(paper: Paper) -> str:
    """Store, number, goods, sums; and the address to pay what is due by."""
    said = [paper.store.name, *(f"[{mark}]" for mark in paper.marks)]
    said += [f"{row.label} {row.value}" for row in paper.facts]
    said += [f"{line.name}: {line.times} = {line.amount}" for line in paper.goods[:MOST_LINES]]
    if len(paper.goods) > MOST_LINES:
        said.append(f"and {len(paper.goods) - MOST_LINES} more")
    said += [f"{row.label} {row.value}" for block in paper.sums for row in block]
    if paper.upi:
        said.append(f"Pay {paper.due} by UPI: {paper.upi}")
    return "\n".join([*said, "Thank you."])
