"""A browser that opens pages which heaptally made, as their readers do: headless Chromium, with a
profile of its own and no network. It notes what a page asks for and complains about."""

import json
import os
import shutil
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 60  # seconds

OPTIONS = (
    "--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--disable-dev-shm-usage", "--disable-extensions", "--force-device-scale-factor=1",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


class Browser:
    """One window. Close it; what it kept goes with it."""

    def __init__(self, width=1280, height=1000):
        self.folder = tempfile.mkdtemp(prefix="heaptally-browser-")
        options = webdriver.ChromeOptions()
        for option in OPTIONS:
            options.add_argument(option)
        options.add_argument(f"--user-data-dir={self.folder}")
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # there it refuses to start with one
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        try:
            self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")),
                                           options=options)
            self.driver.set_script_timeout(PATIENCE)
            self.resize(width, height)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.folder, ignore_errors=True)

    def resize(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def emulate(self, dark=False, media=""):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "media": media,
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def open(self, path):
        """Opens a file. A page of heaptally's is awaited until it is complete."""
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.address = path.as_uri()
        self.driver.get(self.address)
        if path.suffix == ".html":
            self.wait(lambda: self.script("return document.body.dataset.state"))

    def wait(self, condition):
        return WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(
            lambda _: condition())

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """All text of an element, shown or not."""
        return self.script("return document.querySelector(arguments[0]).textContent", selector)

    def is_shown(self, selector):
        return self.find(selector).is_displayed()

    def click(self, selector):
        self.find(selector).click()

    def actions(self):
        return ActionChains(self.driver, duration=20)

    def press(self, *keys):
        """Keys to whatever has the focus; a tuple is keys held down together."""
        actions = self.actions()
        for key in keys:
            held = key[:-1] if isinstance(key, tuple) else ()
            for other in held:
                actions.key_down(other)
            actions.send_keys(key[-1] if isinstance(key, tuple) else key)
            for other in held:
                actions.key_up(other)
        actions.perform()

    def focused(self):
        """What has the focus: its id, or the first of its data attributes."""
        return self.script("const e = document.activeElement;"
                           "return e.id || Object.entries(e.dataset)[0]?.join('=') || e.tagName")

    def point(self, element, x, y):
        """Offsets of (x, y) in an element from its middle, as actions count them."""
        self.script("arguments[0].scrollIntoView({block: 'center'})", element)
        return round(x - element.size["width"] / 2), round(y - element.size["height"] / 2)

    def complaints(self):
        """What the console says since the page was opened: errors, and all else."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """The addresses that the page asked for, but for its own and its empty icon."""
        asked = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        return [url for url in asked if url not in (self.address, "data:,")]


def pause(seconds=0.3):
    """For what is drawn, of which no element tells."""
    time.sleep(seconds)


__all__ = ["Browser", "Keys", "pause"]
