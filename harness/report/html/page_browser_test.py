#!/usr/bin/env python3
"""Opens report pages in a headless Chromium and sees that they work.

    page_browser_test.py --program HALFPROOF --chromium CHROMIUM [--screenshots DIR]

The page is that of a real run with a history of twelve nights and of hostile texts in its records.
Exits with 77, with the reason as the last line, where there is no Chromium; 1 when a check fails.
"""

import argparse
import base64
import itertools
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

EVIDENCE = pathlib.Path("docs/evidence/2026-11-27-nvidia-h200")
NIGHTS = 12
MOST_BYTES = 5 << 20
HOSTILE = "</script><img src=x onerror=alert(1)>\"'&\u202e\u0007"
DEADLINE = 60  # Seconds for one answer of the browser.


class Browser:
    """Chromium by the DevTools protocol over pipes: no port is opened."""

    def __init__(self, program, profile):
        to_read, to_write = os.pipe(), os.pipe()
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$0" "$@" 3<&{to_read[0]} 4>&{to_write[1]}', program, "--headless=new",
             "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-extensions",
             "--disable-background-networking", "--disable-component-update", "--no-first-run",
             "--hide-scrollbars", f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(to_read[0], to_write[1]), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(to_read[0])
        os.close(to_write[1])
        self.out, self.into = to_read[1], to_write[0]
        self.numbers, self.rest, self.events, self.session = itertools.count(1), b"", [], None

    def receive(self):
        end = time.monotonic() + DEADLINE
        while b"\0" not in self.rest:
            ready = select.select([self.into], [], [], max(0.0, end - time.monotonic()))[0]
            more = os.read(self.into, 1 << 20) if ready else b""
            if not more:
                raise RuntimeError("the browser does not answer")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") != number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            else:
                return answer["result"]

    def open(self, page):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for part in ("Page", "Runtime", "Log", "Network"):
            self.call(part + ".enable")
        self.go(page.resolve().as_uri())

    def go(self, address):
        self.call("Page.navigate", url=address)
        self.wait_for("document.documentElement?.dataset.ready === ''")

    def run(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression[:200]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait_for(self, expression):
        end = time.monotonic() + DEADLINE
        while not self.run(expression):
            if time.monotonic() > end:
                raise RuntimeError(f"expected in time: {expression}")
            time.sleep(0.02)

    def size(self, width, height=900):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=False)

    def prefer(self, scheme):
        self.call("Emulation.setEmulatedMedia", media="",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def press(self, key):
        codes = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, "")}
        code, text = codes[key]
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def complaints(self):
        """What the console says, and what was asked of any network."""
        found = []
        for event in self.events:
            method, told = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append(str(told["exceptionDetails"]))
            elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
                found.append(told["entry"]["text"])
            elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
                found.append(str(told["args"]))
            elif method == "Network.requestWillBeSent":
                if not told["request"]["url"].startswith(("file://", "data:", "about:")):
                    found.append("a request for " + told["request"]["url"])
        return found

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        os.close(self.out)
        os.close(self.into)


def start_browser(program, folder):
    """A browser that answers: on a busy machine one may end while it starts."""
    for attempt in range(3):
        browser = Browser(program, folder / f"profile{attempt}")
        try:
            browser.call("Browser.getVersion")
            return browser
        except (OSError, RuntimeError) as error:
            reason = error
            browser.close()
    raise RuntimeError(f"expected a browser that starts, got none in 3 tries: {reason}")


# Functions of the page's own are at hand in these.
CHARTS = """(() => {
  drawAll();
  return [...document.querySelectorAll('canvas')].map((canvas) => {
    const drawn = Chart.getChart(canvas);
    const details = canvas.closest('figure').querySelector('details');
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return {
      title: canvas.getAttribute('aria-label'),
      series: drawn.data.datasets.map((set) => set.data.length),
      inked: pixels.some((value) => value > 0),
      rows: details.querySelectorAll('tbody tr').length,
    };
  });
})()"""
OPEN_ALL = """for (const details of document.querySelectorAll('main details')) {
  details.open = true;
  details.dispatchEvent(new Event('toggle'));
} drawAll();"""
TOO_WIDE = """(() => {
  const width = document.documentElement.clientWidth;
  const inScroll = (node) => node.parentElement?.closest('.scroll, .quiet, thead');
  return [...document.querySelectorAll('body *')].filter((node) => !inScroll(node) &&
    node.checkVisibility() && node.getBoundingClientRect().right > width + 1 &&
    !node.matches('.quiet, thead, .skip')).map((node) => node.tagName + '.' + node.className).slice(0, 5)
    .concat(document.documentElement.scrollWidth > width ? ['the page scrolls sideways'] : []);
})()"""
CONTRASTS = """(() => {
  const parts = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const back = parts(getComputedStyle(node).backgroundColor);
      if (back.length < 4 || back[3] > 0) return back;
    }
    return [255, 255, 255];
  };
  let least = 99;
  for (const node of document.querySelectorAll('.verdict, .hint, p, a, dt, th, td, summary')) {
    if (!node.checkVisibility()) continue;
    const [a, b] = [light(parts(getComputedStyle(node).color)), light(behind(node))];
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return least;
})()"""
UNNAMED = """[...document.querySelectorAll('button, a, select, input, canvas, summary')].filter((node) =>
  !(node.textContent.trim() || node.getAttribute('aria-label') || node.labels?.length)).length"""


class Checks:
    def __init__(self):
        self.failed = 0

    def expect(self, what, holds, got=""):
        if not holds:
            self.failed += 1
            print(f"FAILED: {what}; got {got!r}")

    def equal(self, what, got, expected):
        self.expect(f"{what}: expected {expected!r}", got == expected, got)


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")


def plant_hostile_texts(night):
    for file in night.glob("*/examine.json"):
        record = json.loads(file.read_text())
        evaluated = json.loads((file.parent / "evaluate-fp16.json").read_text())
        classes = evaluated["measurements"]["classes"]
        names = [f"{HOSTILE} {i}" for i in range(classes - 1)] + ["x" * (1 << 20)]
        meta = record["measurements"]["checkpoint"]["meta"]
        record["measurements"]["checkpoint"]["meta"] = {**(meta or {}), "CLASSES": names}
        file.write_text(json.dumps(record))


def nights(program, folder):
    """The same run in twelve nights, the last with hostile texts; its page."""
    history = folder / "history.sqlite"
    for night in range(NIGHTS):
        place = folder / f"night{night}"
        shutil.copytree(EVIDENCE / "correctness/minizoo", place)
        job = json.loads((place / "run.json").read_text())
        job["started"] = f"2026-12-{night + 1:02}T01:00:00Z"
        job["argv"].append(HOSTILE)
        (place / "run.json").write_text(json.dumps(job))
        run(program, "history", "add", place, "--history", history)
    plant_hostile_texts(place)
    page = folder / "report.html"
    run(program, "report", place, "--history", history, "--suite", "suites/minizoo.json", "-o", page)
    return page


def check_content(browser, checks):
    checks.equal("cells of the table", browser.run("document.querySelectorAll('button.cell').length"), 36)
    checks.equal("claims", browser.run("document.querySelectorAll('table.claims tbody tr').length"), 80)
    checks.expect("what changed is told", browser.run(
        "document.getElementById('changes').textContent.includes('nothing changed in run 12')"))
    checks.equal("no element from a record",
                 browser.run("document.querySelectorAll('img, iframe, object, script[src]').length"), 0)
    checks.expect("hostile texts are texts", browser.run(
        "document.getElementById('run').textContent.includes('<img src=x onerror=alert(1)>')"))
    checks.equal("controls without a name", browser.run(UNNAMED), 0)
    browser.run(OPEN_ALL)
    charts = browser.run(CHARTS)
    checks.equal("charts", len(charts), 8)
    for chart in charts:
        checks.expect(f"data in {chart['title']}", chart["series"] and min(chart["series"]) > 0, chart)
        checks.expect(f"ink in {chart['title']}", chart["inked"], chart)
        checks.expect(f"a table of {chart['title']}", chart["rows"] >= max(chart["series"]), chart)


def check_filters(browser, checks):
    shown = "[...document.querySelectorAll('table.claims tbody tr')].filter((row) => !row.hidden).length"
    chip = "document.querySelector('.chip[data-verdict=NOT_VERIFIABLE]')"
    browser.run(chip + ".click()")
    checks.equal("claims of one verdict", browser.run(shown), 12)
    checks.equal("the chip is pressed", browser.run(chip + ".getAttribute('aria-pressed')"), "true")
    set_model = "(() => { const s = document.getElementById('filter-row'); s.value = '{}'; s.dispatchEvent(new Event('change')); })()"
    browser.run(set_model.replace("{}", "1"))
    checks.equal("of one model", browser.run(shown), 3)
    browser.run(chip + ".click()")
    browser.run("(() => { const s = document.getElementById('filter-text'); s.value = 'PARITY'; s.dispatchEvent(new Event('input')); })()")
    checks.equal("that contain a text", browser.run(shown), 3)
    browser.run("document.getElementById('filter-text').value = ''; document.getElementById('filter-text').dispatchEvent(new Event('input'))")
    browser.run(set_model.replace("{}", ""))
    browser.run("document.querySelector('#counts a').click()")
    checks.equal("claims of the first count", browser.run(shown), 68)


def check_dialog(browser, checks, page):
    dialog = "document.getElementById('claim-dialog')"
    browser.run("document.querySelector('table.published tbody tr').cells[4].querySelector('button').focus()")
    browser.press("Enter")
    checks.expect("a cell opens by keyboard", browser.run(dialog + ".open"))
    for text in ("52.05 %", "README.md:13", "± 0.055 %", "evaluate-fp16.json", "--stage evaluate", "Time line"):
        checks.expect(f"the cell tells {text}", browser.run(
            f"(() => {{ for (const d of {dialog}.querySelectorAll('details')) {{ d.open = true; d.dispatchEvent(new Event('toggle')); }}"
            f" return {dialog}.textContent.includes({json.dumps(text)}); }})()"))
    checks.equal("runs of the time line", browser.run(
        dialog + ".querySelectorAll('.time-line table tbody tr').length >= 12"), True)
    browser.press("Escape")
    checks.equal("Escape closes it", browser.run(dialog + ".open"), False)
    checks.equal("the focus is back in the table", browser.run("document.activeElement.className"), "cell")
    address = browser.run("document.querySelector('table.claims tbody a').getAttribute('href')")
    browser.go(page.resolve().as_uri() + "?again" + address)
    checks.expect("a claim's address opens it", browser.run(dialog + ".open"))
    browser.run("new Promise((done) => { const d = " + dialog + ";"
                " d.addEventListener('close', () => done(), {once: true}); d.close(); })")
    checks.equal("and goes with it", browser.run("window.location.hash"), "")
    for link in browser.run("[...document.querySelectorAll('nav a, .skip')].map((a) => a.hash)"):
        checks.expect(f"{link} leads somewhere", browser.run(f"document.querySelector('{link}') !== null"))


def check_layout(browser, checks):
    browser.run(OPEN_ALL)
    for width in (360, 768, 1280):
        browser.size(width)
        browser.run("new Promise((done) => setTimeout(done, 100))")
        checks.equal(f"too wide at {width}", browser.run(TOO_WIDE), [])
    browser.size(360)
    browser.run("document.querySelector('button.cell').click()")
    checks.equal("too wide at 360 in a dialog", browser.run(TOO_WIDE), [])
    browser.run("document.getElementById('claim-dialog').close()")
    roles = {node["role"]["value"] for node in browser.call("Accessibility.getFullAXTree")["nodes"] if "role" in node}
    checks.expect("tables stay tables at 360", {"table", "row", "cell", "rowheader", "columnheader"} <= roles, roles)
    browser.size(1280)


def check_colours(browser, checks):
    back = "getComputedStyle(document.body).backgroundColor"
    colours = {}
    for scheme in ("light", "dark"):
        browser.prefer(scheme)
        colours[scheme] = browser.run(back)
        least = browser.run(CONTRASTS)
        checks.expect(f"contrast of at least 4.5 in {scheme}", least >= 4.5, least)
    checks.expect("dark is another colour", colours["light"] != colours["dark"], colours)
    choose = "(() => { const s = document.getElementById('theme'); s.value = '{}'; s.dispatchEvent(new Event('change')); })()"
    browser.run(choose.replace("{}", "light"))
    checks.equal("the switch wins over the system", browser.run(back), colours["light"])
    browser.run(choose.replace("{}", ""))
    browser.prefer("light")


def save_pictures(browser, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, width, scheme in (("light", 1280, "light"), ("dark", 1280, "dark"), ("phone", 360, "light")):
        browser.size(width)
        browser.prefer(scheme)
        picture = browser.call("Page.captureScreenshot", captureBeyondViewport=True)
        (folder / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))


def check_print(browser, checks, pictures):
    printed = base64.b64decode(browser.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])
    checks.expect("a printed page", printed.startswith(b"%PDF") and len(printed) > 20000, len(printed))
    if pictures:
        (pictures / "print.pdf").write_bytes(printed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--chromium", default="")
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    if not pathlib.Path(options.chromium).is_file():
        print("no chromium: the report page was not opened in a browser; Debian's package chromium brings one")
        return 77
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        page = nights(options.program, folder)
        checks.expect("a report of twelve runs below 5 MB", page.stat().st_size < MOST_BYTES, page.stat().st_size)
        browser = start_browser(options.chromium, folder)
        try:
            browser.open(page)
            browser.size(1280)
            check_content(browser, checks)
            check_filters(browser, checks)
            check_dialog(browser, checks, page)
            check_layout(browser, checks)
            check_colours(browser, checks)
            if options.screenshots:
                save_pictures(browser, options.screenshots)
            check_print(browser, checks, options.screenshots)
            checks.equal("complaints of the browser", browser.complaints(), [])
        finally:
            browser.close()
        print(f"report of {NIGHTS} runs: {page.stat().st_size} bytes; {checks.failed} checks failed")
    return 1 if checks.failed else 0


sys.exit(main())
