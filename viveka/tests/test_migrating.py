"""Light operations go together, and nothing else moves."""

from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from viveka.migrating import InARow, in_rows


def test_what_follows_each_other_goes_together_and_the_order_stays() -> None:
    index = migrations.AddIndex("product", models.Index(fields=["name"], name="one"))
    other = migrations.AddIndex("product", models.Index(fields=["name"], name="other"))
    column = migrations.AddField("product", "colour", models.TextField())
    wider = migrations.AlterField("product", "colour", models.TextField(null=True))
    rows = in_rows([index, column, other, wider, index])
    assert [type(row) for row in rows] == [InARow, migrations.AlterField, InARow]
    assert rows[0].operations == [index, column, other] and rows[1] is wider and rows[2].operations == [index]


def test_every_migration_keeps_all_of_its_operations() -> None:
    for migration in MigrationLoader(None).disk_migrations.values():
        rows = in_rows(migration.operations)
        flat = [one for row in rows for one in (row.operations if isinstance(row, InARow) else [row])]
        assert flat == migration.operations
