"""A shop in plain Python beside the product, for tests/test_counter_machine.py."""

import pytest

CHECKED = ("at_work", "goods", "bills", "sales", "back", "money")
pytest.register_assert_rewrite(*(f"tests.machine.{name}" for name in CHECKED))
