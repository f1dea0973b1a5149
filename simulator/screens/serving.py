"""Starts the app in a browser."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from ..errors import MissingExtra

ENTRY = Path(__file__).parent / "entry" / "treatment_app.py"
SETTINGS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "runner.postScriptGC": "false",
    "server.address": "127.0.0.1",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "2",
    "theme.base": "light",
    "theme.primaryColor": "#12436D",
    "theme.textColor": "#0b0c0c",
}
"""Nothing leaves the machine, no traceback is shown, uploads are small. A checkout has the same in ``.streamlit``.

Python collects garbage when it sees fit, not after each look of a page, which took most of the time with twenty people.
"""


def start(port: int | None = None, *, headless: bool = False) -> int:
    """Run the app until it is stopped; its exit status.

    The entry file has a folder of its own: Streamlit puts that folder first on the path, where nothing else of
    ours may be found.

    Raises
    ------
    MissingExtra
        If Streamlit is not installed.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise MissingExtra("the app", "app")
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    settings.append(f"--server.headless={str(headless).lower()}")
    if port is not None:
        settings.append(f"--server.port={port}")
    command = [sys.executable, "-m", "streamlit", "run", str(ENTRY), *settings]
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own words
    except KeyboardInterrupt:
        return 0
