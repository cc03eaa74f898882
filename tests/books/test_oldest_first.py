"""The replay of stock, on movements in memory."""

from viveka.books.oldest_first import Movement, out_of_turn


class TestOldestFirst:
    """The replay itself, on movements in memory."""

    DAY = 9_648
    NEVER = 99_999

    def moved(self, *wanted: tuple[int, int, bool], expiry: dict[int, int] | None = None) -> list[int]:
        """(batch, quantity, is sold) in order of entry; batch 1 is the oldest. Movements are numbered from 1."""
        movements = []
        for number, (batch, quantity, is_sold) in enumerate(wanted, 1):
            until = (expiry or {}).get(batch, self.NEVER)
            movements.append(Movement(number, 1, batch, quantity, self.DAY if is_sold else None, until, until))
        return list(out_of_turn(movements))

    def test_in_turn(self) -> None:
        assert not self.moved((1, 3, False), (2, 5, False), (1, -1, True), (1, -2, True), (2, -5, True))

    def test_a_younger_batch_while_the_older_has_stock(self) -> None:
        assert self.moved((1, 3, False), (2, 5, False), (2, -1, True), (1, -3, True), (2, -4, True)) == [3]

    def test_one_that_arrived_only_later_is_not_missed(self) -> None:
        assert not self.moved((2, 5, False), (2, -1, True), (1, 3, False), (1, -1, True))

    def test_more_than_there_was(self) -> None:
        assert self.moved((1, 3, False), (1, -4, True)) == [2]

    def test_below_zero_in_between_is_found_though_the_sum_is_right(self) -> None:
        assert self.moved((1, -1, True), (1, 3, False)) == [1]

    def test_the_expired_are_passed_over_and_not_sold(self) -> None:
        yesterday = self.DAY - 1
        assert not self.moved((1, 3, False), (2, 5, False), (2, -1, True), expiry={1: yesterday})
        assert not self.moved((1, 3, False), (2, 5, False), (1, -1, True), expiry={1: self.DAY})
        assert self.moved((1, 3, False), (2, 5, False), (1, -1, True), expiry={1: yesterday}) == [3]

    def test_what_comes_back_is_the_oldest_again(self) -> None:
        assert self.moved((1, 1, False), (2, 5, False), (1, -1, True), (1, 1, False), (2, -1, True)) == [5]
