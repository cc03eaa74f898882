"""What happened stays: triggers that refuse changes and deletions, whoever asks."""

from collections.abc import Iterable

import pgtrigger


def append_only(*, may_change: Iterable[str] = ()) -> list[pgtrigger.Trigger]:
    """Triggers for a ledger table: rows are added, never deleted; only `may_change` columns may be updated.

    The columns named are running amounts, each with one writer and a CHECK.
    """
    columns = list(may_change)
    return [
        pgtrigger.ReadOnly(name="read_only", exclude=columns) if columns else pgtrigger.ReadOnly(name="read_only"),
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name="never_emptied",
            operation=pgtrigger.Truncate,
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            func="RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME;",
        ),
    ]
