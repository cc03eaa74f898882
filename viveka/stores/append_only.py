"""What happened stays: triggers that refuse changes and deletions, whoever asks."""

from collections.abc import Iterable

import pgtrigger

from viveka.stores.passage import CORRECTING, ERASED_WORD, ERASING, MERGING, is_open


def append_only(
    *,
    may_change: Iterable[str] = (),
    moved_by_merge: Iterable[str] = (),
    blanked_by_erasure: Iterable[str] = (),
    corrected: Iterable[str] = (),
) -> list[pgtrigger.Trigger]:
    """Triggers for a ledger table: rows are added, never deleted; only `may_change` columns may be updated.

    The columns named are running amounts, each with one writer and a CHECK. A merge may change `moved_by_merge` (the
    customer), an erasure may empty `blanked_by_erasure` (copied personal data), a correction may change
    `corrected`, within the blocks of `viveka.stores.passage`.
    """
    moved, blanked, corrected = list(moved_by_merge), list(blanked_by_erasure), list(corrected)
    by_correction_alone = [name for name in corrected if name not in blanked]
    columns = [*may_change, *moved, *blanked, *by_correction_alone]
    return [
        pgtrigger.ReadOnly(name="read_only", exclude=columns) if columns else pgtrigger.ReadOnly(name="read_only"),
        *([only_by_merge(*moved)] if moved else []),
        *([only_by_erasure(*blanked, or_correction=bool(corrected))] if blanked else []),
        *([only_by_correction(*by_correction_alone)] if by_correction_alone else []),
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name="never_emptied",
            operation=pgtrigger.Truncate,
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            func="RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME;",
        ),
    ]


def only_by_merge(*fields: str) -> pgtrigger.Trigger:
    """These columns change in a merge, and by nothing else."""
    return pgtrigger.Trigger(
        name="moved_by_merge",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.AnyChange(*fields),
        func=f"""
            IF NOT ({is_open(MERGING)}) THEN
                RAISE EXCEPTION 'Cannot update rows of %: only a merge moves them to another customer', TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        """,
    )


def only_by_correction(*fields: str) -> pgtrigger.Trigger:
    """These columns change in a correction, and by nothing else."""
    return pgtrigger.Trigger(
        name="corrected",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.AnyChange(*fields),
        func=f"""
            IF NOT ({is_open(CORRECTING)}) THEN
                RAISE EXCEPTION 'Cannot update rows of %: only a correction changes this', TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        """,
    )


def only_by_erasure(*fields: str, or_correction: bool = False) -> pgtrigger.Trigger:
    """These columns are emptied by an erasure; nothing else changes them, unless a correction may."""
    changed = " OR ".join(
        f"(OLD.{name} IS DISTINCT FROM NEW.{name}"
        f" AND coalesce(NEW.{name}::text, '') NOT IN ('', '{{}}', '{ERASED_WORD}'))"
        for name in fields
    )
    unless, end = (f"NOT ({is_open(CORRECTING)}) AND (", ")") if or_correction else ("", "")
    return pgtrigger.Trigger(
        name="blanked_by_erasure",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.AnyChange(*fields),
        func=f"""
            IF {unless}NOT ({is_open(ERASING)}) OR {changed}{end} THEN
                RAISE EXCEPTION 'Cannot update rows of %: only an erasure empties copied personal data', TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        """,
    )
