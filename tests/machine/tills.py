"""Drawers: opened, moved between, counted, handed over; and the settings of the store."""

from decimal import Decimal as D

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.services.till_counts import Counted, close_till
from tests.machine.at_work import PICKS, AtWork
from tests.machine.shop import NOTHING
from viveka.stores.models import TillSession
from viveka.stores.tills import move_cash, open_till

FLOATS = st.sampled_from([D(0), D("500"), D("123.45")])


class AtTheTills(AtWork):
    """Where cash is."""

    @rule(place=st.sampled_from([0, 0, 1, 2]), opening_float=FLOATS)
    def stand_at(self, place: int, opening_float: D) -> None:
        """Go to one of the two tills, and open it where it is not; or to a screen that has none."""
        self.till = self.tills[place - 1] if place else None
        if place:
            told = self.told()
            with self.deed("open_till"):
                session = open_till(store=self.store, till_id=self.till, opening_float=opening_float, **told)
                self.sessions[self.till] = session.pk
                self.shop.drawers[session.pk] = opening_float

    @precondition(lambda self: self.sessions)
    @rule(number=PICKS, direction=st.sampled_from(["in", "out"]), amount=st.decimals("0.01", 90, places=2))
    def move_cash(self, number: int, direction: str, amount: D) -> None:
        pk = sorted(self.sessions.values())[number % len(self.sessions)]
        told = self.told()
        with self.deed("move_cash"):
            move_cash(store=self.store, session_id=pk, direction=direction, amount=amount, reason="Milk", **told)
            self.shop.drawers[pk] += amount if direction == "in" else -amount

    @precondition(lambda self: self.sessions)
    @rule(
        number=PICKS,
        missing=st.sampled_from([D(0), D(0), D("1.50"), D(-2)]),
        note=st.sampled_from(["", "So it is"]),
        hands=st.booleans(),
    )
    def count(self, number: int, missing: D, note: str, hands: bool) -> None:
        till = sorted(self.sessions)[number % len(self.sessions)]
        pk = self.sessions[till]
        expected = self.shop.drawers[pk]
        there = max(expected - missing, NOTHING)
        told = self.told()
        with self.deed("count"):
            counted = close_till(
                store=self.store,
                session_id=pk,
                counted=Counted(there, note=note),
                hand_to=self.other if hands else None,
                **told,
            )
            assert counted.expected == expected and (note or there == expected)
            del self.sessions[till], self.shop.drawers[pk]
            if hands:
                session = TillSession.objects.get(till=till, closed_at=None)
                self.sessions[till] = session.pk
                self.shop.drawers[session.pk] = there

    @rule(setting=st.sampled_from(["rounds_to_rupee", "rounds_to_rupee", "allows_below_cost", "needs_till"]))
    def change_a_setting(self, setting: str) -> None:
        setattr(self.store, setting, not getattr(self.store, setting))
        self.store.save(update_fields=[setting])
