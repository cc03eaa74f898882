"""`make bench`: measure, print the table, write it to benchmarks/results/."""

import argparse
import json
import os
import platform
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each figure is measured")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="server processes")
    parser.add_argument("--customers", type=int, default=100_000, help="customers of the store that is searched")
    options = parser.parse_args()
    os.environ["VIVEKA_DATA"] = os.environ.get("VIVEKA_BENCH_DATA") or str(ROOT / "var" / "bench")
    os.environ.pop("VIVEKA_TEST_CLUSTER", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viveka.settings")

    from benchmarks import checkout, lookup, shop  # after the environment: they read Django's settings
    from benchmarks.server import serving

    shops = shop.prepare(customers=options.customers)
    with serving(workers=options.workers) as address:
        rows = checkout.measure(address, shops, seconds=options.seconds)
        rows += lookup.measure(address, shops, seconds=options.seconds)
    _report(rows, options)


def _report(rows: list[dict], options: argparse.Namespace) -> None:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {options.workers} server processes"
    lines = [
        "# Benchmarks",
        "",
        f"{date.today():%d %b %Y}, {machine}. `make bench` makes this anew. A ratio is the figure over its floor.",
        "",
        "| what | figure | unit | floor | ratio | p50 ms | p95 ms | wanted |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        floor = f"{row['floor']:.0f}" if row.get("floor") else ""
        ratio = f"{row['figure'] / row['floor']:.2f}" if row.get("floor") else ""
        lines.append(
            f"| {row['what']} | {row['figure']:.0f} | {row['unit']} | {floor} | {ratio} "
            f"| {row['p50']:.1f} | {row['p95']:.1f} | {row.get('wanted', '')} |"
        )
    text = "\n".join(lines) + "\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.md").write_text(text)
    (RESULTS / "latest.json").write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")
    print(text)


if __name__ == "__main__":
    main()
