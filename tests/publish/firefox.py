"""Firefox as a reader has it, without a screen: it is told what to do through its own Marionette.

Debian packages neither a driver for it nor a browser that Playwright can drive.
"""

from __future__ import annotations

import json
import socket
import subprocess
from contextlib import suppress
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

PATIENCE = 300_000  # milliseconds: a busy machine is no failure
RIGHT = "\ue014"  # the arrow key
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "network.proxy.type": 1,  # to a port where nobody listens: no request gets out
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
}
COMPLAINTS = """
const told = Services.console.getMessageArray()
  .filter(each => each instanceof Ci.nsIScriptError && each.sourceName.startsWith("file:"))
  .map(each => each.errorMessage);
const said = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage)
  .getEvents().filter(each => each.filename?.startsWith("file:"))
  .map(each => each.arguments.join(" "));
return [...told, ...said];
"""


class Firefox:
    """One window; ``close`` ends it."""

    def __init__(self, program: str, profile: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = PREFERENCES | {"marionette.port": port}
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in settings.items()]
        profile.mkdir()
        (profile / "user.js").write_text("\n".join(lines))
        self.process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--marionette", "--remote-allow-system-access",
             "--profile", str(profile), "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.socket = self._connected(port)
        self.numbers = count(1)
        self._answer()  # its greeting
        self.ask("WebDriver:NewSession")
        self.ask("WebDriver:SetTimeouts", script=PATIENCE, pageLoad=PATIENCE)

    def _connected(self, port: int) -> socket.socket:
        while self.process.poll() is None:
            with suppress(ConnectionRefusedError):
                return socket.create_connection(("127.0.0.1", port))
            sleep(0.2)
        raise RuntimeError(f"Firefox ended with {self.process.returncode} before it could be told.")

    def _answer(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self.socket.recv(1)
        text = b""
        while len(text) < int(length[:-1]):
            text += self.socket.recv(int(length[:-1]) - len(text))
        return json.loads(text)

    def ask(self, command: str, **parameters: Any) -> Any:
        """What a command of WebDriver answers."""
        text = json.dumps([0, next(self.numbers), command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, found = self._answer()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return found.get("value") if isinstance(found, dict) and "value" in found else found

    def run(self, script: str) -> Any:
        """The value of a script in the page."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=[])

    def text(self, selector: str) -> str:
        """All text of an element."""
        script = f"return document.querySelector({json.dumps(selector)}).textContent.trim()"
        found: str = self.run(script)
        return found

    def wait_for(self, condition: str) -> None:
        """Until the page makes an expression true."""
        script = f"""const done = arguments[0];
            const look = () => ({condition}) ? done() : setTimeout(look, 50); look();"""
        self.ask("WebDriver:ExecuteAsyncScript", script=script, args=[])

    def press(self, selector: str, keys: str) -> None:
        """Type into an element."""
        found = self.ask("WebDriver:FindElement", using="css selector", value=selector)
        self.ask("WebDriver:ElementSendKeys", id=next(iter(found.values())), text=keys)

    def complaints(self) -> list[str]:
        """What the console holds that came from files: errors, warnings, and what was logged."""
        self.ask("Marionette:SetContext", value="chrome")
        found: list[str] = self.run(COMPLAINTS)
        self.ask("Marionette:SetContext", value="content")
        return found

    def close(self) -> None:
        """End the browser and wait until it is gone."""
        with suppress(OSError, RuntimeError):
            self.ask("Marionette:Quit", flags=["eForceQuit"])
        self.socket.close()
        self.process.wait()
