"""ClassicModels through the ordinary import: orders and payments summing to what was published, twice, then unchanged.

The data are under the Eclipse Public License and do not travel with this repository: give their folder, or keep them in
`../shared/data/classicmodels` beside it. `python benchmarks/import_classicmodels.py [FOLDER]`
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "classicmodels"
SOLD, PAID = 9_604_190_61, 8_853_839_23


def main() -> None:
    """Bring every table in by its headings, and again by the remembered mapping; compare the sums."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    if not folder.is_dir():
        print(f"Not run: there is no folder {folder.name} with the published files. Give it as the argument.")
        return
    with tempfile.TemporaryDirectory(prefix="sy-") as home:
        os.environ["SALESYEAR_HOME"] = home
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesyear.web.settings")
        _start()
        start = time.perf_counter()
        first, again = _everything(folder), _everything(folder)
        seconds = time.perf_counter() - start
        sold, paid = _sums()
    print(f"orders {sold / 100:,.2f} of {SOLD / 100:,.2f}; payments {paid / 100:,.2f} of {PAID / 100:,.2f}")
    print(f"{sum(first.values()):,} rows new; again {sum(again.values()):,} new; {seconds:.1f} s for both")
    sys.exit(0 if (sold, paid) == (SOLD, PAID) and not any(again.values()) else 1)


def _start() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from salesyear.sales.models import Currency

    call_command("migrate", verbosity=0)
    Currency.objects.create(code="USD", name="US dollar", digits=2, is_base=True)


def _everything(folder: Path) -> dict[str, int]:
    """Every table in the order in which they build on each other; how many rows were new in each."""
    from salesyear.core.scope import Scope
    from salesyear.importing import services
    from salesyear.importing.layouts import Layout

    # The published lines have a name and no code; the name serves as both.
    said = {"productlines": Layout("lines", {"code": ("PRODUCTLINE",), "name": ("PRODUCTLINE",)})}
    new = {}
    for name in ("productlines", "employees", "customers", "products", "orders", "orderdetails", "payments"):
        table = services.read_file(folder / f"{name}.csv")
        layout = said.get(name) or services.layout_for(table)
        new[name] = services.bring_in(table, name, layout, scope=Scope.system("benchmark"))[0].created
    return new


def _sums() -> tuple[int, int]:
    """Cents of all order lines and of all receipts."""
    from django.db.models import Sum

    from salesyear.core.scope import Scope
    from salesyear.sales.models import OrderLine, Receipt

    scope = Scope.system("benchmark")
    sold = OrderLine.objects.within(scope).aggregate(sum=Sum("amount"))["sum"]
    return sold, Receipt.objects.within(scope).aggregate(sum=Sum("amount"))["sum"]


if __name__ == "__main__":
    main()
