"""The planning table in a real Chromium on AdventureWorks: edits, pastes, undo, scrolling, keys, each beside a floor.

Run: python benchmarks/table_browser.py. It loads the sample into a folder of its own, computes the baseline, makes a
plan with many key customers, serves it, and drives the page. The floors are measured in the same run: the same
POST sent by itself for edits, an empty frame for the rest. All is wall time, from the key to the painted frame.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

EDITS = 100
PEOPLE = "region,territory,rep"
ALL = "region,territory,rep,customer,line,new"
MAKE = """
import os, django
django.setup()
from salesyear.targets.models import Baseline
from salesyear.targets.services import PlanParams, make_plan
from salesyear.plans.services import set_value
params = PlanParams(year=Baseline.objects.latest("pk").year, growth=0.1, most_key=200)
first = make_plan(params)
set_value(first.plan, "key_account_share", 1.0, source="every customer by name", actor=None)
for made in (first, make_plan(params)):
    print(f"/targets/plans/{made.plan_id}/{made.number}/table/")
"""
TIMED = """async key => {
  const said = document.querySelector('[data-part=said]'), start = performance.now();
  said.textContent = '';
  const kept = new Promise((resolve, reject) => {
    const watch = new MutationObserver(() => {
      const asked = document.querySelector('dialog[open]');
      if (asked) reject(new Error(asked.innerText));
      else if (said.textContent) resolve();
    });
    watch.observe(document.getElementById('planning-table'), {childList: true, attributes: true, subtree: true});
  });
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {...key, bubbles: true, cancelable: true}));
  await kept;
  await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - start;
}"""
PASTED = """async ([text, clashing]) => {
  const said = document.querySelector('[data-part=said]'), start = performance.now();
  said.textContent = '';
  const kept = new Promise((resolve, reject) => {
    const watch = new MutationObserver(() => {
      const asked = document.querySelector('dialog[open]');
      if (asked && !clashing) reject(new Error(asked.innerText));
      else if (asked) resolve();
      else if (said.textContent) resolve();
    });
    watch.observe(document.getElementById('planning-table'), {childList: true, attributes: true, subtree: true});
  });
  const board = new DataTransfer();
  board.setData('text/plain', text);
  const pasted = {clipboardData: board, bubbles: true, cancelable: true};
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', pasted));
  await kept;
  await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - start;
}"""
FRAME = """async () => {
  const start = performance.now();
  await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - start;
}"""
PRESSED = """async key => {
  const start = performance.now();
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
  await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - start;
}"""
SCROLLED = """async () => {
  const holder = document.querySelector('.tabulator-tableholder');
  holder.scrollIntoView({block: 'end'});
  const box = holder.getBoundingClientRect();
  const out = {frames: 0, blank: 0, longest: 0};
  for (let frame = 0, last = performance.now(); frame < 300; frame++) {
    holder.scrollTop += frame < 150 ? 120 : frame < 250 ? 2500 : -6000;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    out.longest = Math.max(out.longest, now - last);
    last = now;
    out.frames++;
    for (let y = box.top + 8; y < box.bottom - 24; y += 16)
      if (!document.elementFromPoint(box.left + 300, y)?.closest('.tabulator-row')) { out.blank++; break; }
  }
  return out;
}"""


@contextmanager
def served() -> Iterator[tuple[str, list[str], str]]:
    """Set a site up with a plan of two versions; give its address, the tables' and the director's password."""
    with tempfile.TemporaryDirectory() as home:
        settings = {
            "SALESYEAR_HOME": home,
            "SALESYEAR_LANGUAGE": "en",
            "DJANGO_SETTINGS_MODULE": "salesyear.web.settings",
        }
        environment = os.environ | settings
        command = [sys.executable, "-m", "salesyear.cli"]
        for words in (["demo"], ["baseline"]):
            subprocess.run([*command, *words], env=environment, check=True, capture_output=True)
        made = subprocess.run([sys.executable, "-c", MAKE], env=environment, check=True, capture_output=True, text=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen([*command, "serve", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL)
        try:
            _wait(f"http://127.0.0.1:{port}/health/")
            yield f"http://127.0.0.1:{port}", made.stdout.split()[-2:], _password(Path(home))
        finally:
            server.terminate()
            server.wait()


def _wait(address: str) -> None:
    for _ in range(300):
        with suppress(OSError):
            urllib.request.urlopen(address)
            return
        time.sleep(0.2)


def _password(home: Path) -> str:
    lines = (home / "sign-ins.tsv").read_text(encoding="utf-8").splitlines()
    return next(line.split("\t")[2] for line in lines if line.startswith("director"))


def signed_in(page: Page, origin: str, password: str) -> None:
    """Sign the director in."""
    page.goto(f"{origin}/account/login/")
    page.fill("[name=login]", "director@example.com")
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{origin}/")


def opened(page: Page, address: str, down: str) -> int:
    """Open the table with all rows; return how many there are."""
    page.goto(f"{address}?down={down}&open=all")
    page.wait_for_selector(".alive .tabulator-cell.figure")
    return int(page.get_attribute("[role=treegrid]", "aria-rowcount") or 0) - 1


def edit(page: Page, text: str) -> float:
    """Type over the cell and press Enter: milliseconds until everything that moved is painted."""
    page.keyboard.press("F2")
    page.locator(".editing input").fill(text)
    return float(page.evaluate(TIMED, {"key": "Enter"}))


def alone(page: Page, address: str, row: str, column: str, text: str) -> float:
    """Send the same edit by itself, without a table: milliseconds of the POST."""
    page.reload()
    page.wait_for_selector(".alive .tabulator-cell.figure")
    seen = page.request.get(f"{address}rows/?measures=target").json()["edition"]
    token = page.get_attribute("[name=csrfmiddlewaretoken]", "value") or ""
    cell = {"row": row, "column": column, "measure": "target", "text": text}
    body = {
        "seen": seen,
        "batch": f"{time.time_ns()}",
        "edits": [cell],
        "down": PEOPLE,
        "across": "months",
        "measures": "target",
    }
    start = time.perf_counter()
    answer = page.request.post(f"{address}edits/", data=body, headers={"X-CSRFToken": token, "Referer": address})
    assert answer.ok, answer.text()
    return 1000 * (time.perf_counter() - start)


def edits(page: Page, address: str) -> None:
    """Change one month of one salesperson a hundred times."""
    opened(page, address, PEOPLE)
    line = page.locator(".tabulator-row[aria-level='3']").first
    key = line.get_attribute("data-key") or ""
    times = []
    for number in range(EDITS):
        cell = line.locator(".tabulator-cell").nth(2 + number % 6)
        cell.click()
        times.append(edit(page, "+1%" if number % 2 else "-1%"))
    posts = [alone(page, address, key, "1", "+1%") for _ in range(5)]
    report("edit of one month, median", statistics.median(times), statistics.median(posts), "POST alone")
    report("edit of one month, p95", _p95(times), statistics.median(posts), "POST alone")


def pastes(page: Page, address: str) -> None:
    """Paste blocks, and take each back with one undo, some times; the first fills the processes."""
    opened(page, address, ALL)
    for rows, columns, times in ((50, 12, 7), (_leaves(page), 12, 3)):
        block = _block(page, rows)
        page.locator(".tabulator-row .tabulator-cell.figure").nth(1 + 13).click()
        pasted, undone = [], []
        for _ in range(times):
            pasted.append(page.evaluate(PASTED, [block, False]))
            undone.append(page.evaluate(TIMED, {"key": "z", "ctrlKey": True}))
        frame = page.evaluate(FRAME)
        cells = _typed(block)
        report(f"paste of {rows} × {columns} ({cells} typed), the first", pasted[0], frame, "an empty frame")
        report(
            f"paste of {rows} × {columns}, median of the others", statistics.median(pasted[1:]), frame, "an empty frame"
        )
        report("one undo of it, median", statistics.median(undone[1:]), frame, "an empty frame")


def ten_thousand(page: Page, address: str) -> None:
    """Paste ten thousand cells of a plan with every customer by name, and take them back."""
    opened(page, address, ALL)
    block = _block(page, 10_000, most=10_000)
    page.locator(".tabulator-row .tabulator-cell.figure").nth(1 + 13).click()
    pasted = [page.evaluate(PASTED, [block, False])]
    undone = page.evaluate(TIMED, {"key": "z", "ctrlKey": True})
    pasted.append(page.evaluate(PASTED, [block, False]))
    frame = page.evaluate(FRAME)
    report(f"paste of {_typed(block)} typed cells, the first", pasted[0], frame, "an empty frame")
    report("paste of them again", pasted[1], frame, "an empty frame")
    report("one undo of it", undone, frame, "an empty frame")


def clashing(page: Page, address: str) -> None:
    """Paste more than the company's total into all cells: how long until the page says what clashes."""
    opened(page, address, ALL)
    block = _block(page, 10_000, most=10_000)
    page.locator(".tabulator-row .tabulator-cell.figure").nth(1 + 13).click()
    took = page.evaluate(PASTED, [block, True])
    said = page.inner_text("[data-part=clash-sentence]")
    report(f"clash of {_typed(block)} typed cells, explained ({said})", took, page.evaluate(FRAME), "an empty frame")


def _leaves(page: Page) -> int:
    return min(833, int(page.get_attribute("[role=treegrid]", "aria-rowcount") or 0) - 2)


def _typed(block: str) -> int:
    return sum(bool(text) for line in block.split("\n") for text in line.split("\t"))


def _block(page: Page, rows: int, most: int = 100_000) -> str:
    """Texts for a block from the first region's January: so many of its leaves a little more, the others left alone."""
    cells = page.evaluate(
        """async ([address, rows, most]) => (await (await fetch(address)).json()).rows.slice(1, rows + 1)
           .map(row => row.leaf ? Array.from({length: 12}, () => most-- > 0 ? '+1%' : '').join('\\t') : '')
           .join('\\n')""",
        [f"rows/?down={ALL}&measures=target", rows, most],
    )
    return str(cells)


def scrolling(page: Page, address: str) -> None:
    """Scroll through the largest table and press keys in it."""
    rows = opened(page, address, ALL)
    found = page.evaluate(SCROLLED)
    blank = f"{found['blank']} of {found['frames']} frames with a blank"
    print(f"scrolling {rows} rows: {blank}, longest frame {found['longest']:.0f} ms", flush=True)
    page.locator(".tabulator-cell.figure").nth(40).click()
    keys = [
        page.evaluate(PRESSED, key)
        for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "PageDown", "PageUp") * 10
    ]
    frames = [page.evaluate(FRAME) for _ in range(20)]
    report("key press to paint, p95", _p95(keys), statistics.median(frames), "an empty frame")


def scenario(page: Page, address: str) -> None:
    """Copy the version from its page until the copy's page is there, some times; the first fills the processes."""
    plan = address.removesuffix("table/")
    times = []
    for number in range(6):
        page.goto(plan)
        page.click("details:has(form[action$='copies/']) > summary")
        page.fill("form[action$='copies/'] [name=name]", f"Bolder {number}")
        start = time.perf_counter()
        page.click("form[action$='copies/'] .actions button")
        page.wait_for_url(lambda url: url.rstrip("/") != plan.rstrip("/"))
        page.wait_for_load_state()
        times.append(1000 * (time.perf_counter() - start))
    report("a new scenario, shown, median", statistics.median(times[1:]), page.evaluate(FRAME), "an empty frame")


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def report(what: str, took: float, floor: float, named: str) -> None:
    """Print one figure and what it is beside its floor."""
    print(f"{what}: {took:.0f} ms, {took / floor:.1f} × {named} ({floor:.0f} ms)", flush=True)


def main() -> None:
    """All of it, in one browser."""
    path = shutil.which("chromium")
    with served() as (origin, (table, wide), password), sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        signed_in(page, origin, password)
        for part in (scenario, scrolling, clashing, pastes, edits):  # what edits set would stand in the way of pastes
            part(page, origin + table)
        ten_thousand(page, origin + wide)
        browser.close()


if __name__ == "__main__":
    main()
