"""Any sequence of what a counter does with money and goods keeps every identity, beside books that a child could keep.

`make machine STEPS=5000` looks for faults: so many steps, others each time. VIVEKA_MACHINE_SHRINKS=1 makes the way to
one shorter, VIVEKA_MACHINE_TELLS=1 tells each refusal.
"""

import os
import time

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.at_work import done, refused
from tests.machine.back import GoodsBack
from tests.machine.money import Money
from tests.machine.tills import AtTheTills

STEPS, RUNS, SEED = 40, 6, 3  # the same ones each time
LONG = 90  # steps of a run that looks for faults
WANTED = int(os.environ.get("VIVEKA_MACHINE_STEPS", 0))


class Counter(GoodsBack, Money, AtTheTills):
    """All of it in one shop."""


@pytest.mark.django_db
def test_any_sequence_keeps_the_books() -> None:
    done.clear()
    refused.clear()
    steps, runs = (LONG, max(WANTED // LONG, 1)) if WANTED else (STEPS, RUNS)
    phases = [Phase.generate, Phase.shrink] if os.environ.get("VIVEKA_MACHINE_SHRINKS") else [Phase.generate]
    began = time.monotonic()
    kept = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, phases=phases,
        suppress_health_check=list(HealthCheck), database=None, print_blob=True,
    )  # fmt: skip
    run_state_machine_as_test(Counter if WANTED else seed(SEED)(Counter), settings=kept)
    assert sum(done.values()) >= STEPS * RUNS / 3, f"only {sum(done.values())} steps were done"
    assert {"sell", "take_back", "exchange", "merge", "count"} <= set(done), "another SEED does more"
    if WANTED:
        print(f"\n{sum(done.values())} done, {sum(refused.values())} refused in {time.monotonic() - began:.0f} s")
        for name in sorted({*done, *refused}):
            print(f"{name:28} {done[name]:6} {refused[name]:6}")
