"""A shop in plain Python beside the product, for tests/test_counter_machine.py."""

import pytest

pytest.register_assert_rewrite(*(f"tests.machine.{name}" for name in ("at_work", "goods", "sales", "back", "money")))
