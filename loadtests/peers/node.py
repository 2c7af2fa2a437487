"""The servers written for Node (``*.mjs``). Their packages are installed the first time, from the lock file."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
from collections.abc import Callable

from loadtests.peers.site import PEERS_FOLDER, Site

INSTALL = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


def command(script: str) -> Callable[[Site], list[str]]:
    """Return how to start ``script``.mjs, told of the bus where there is one."""

    def start(site: Site) -> list[str]:
        bus = [] if site.bus is None else [f"redis://127.0.0.1:{site.bus}"]
        return ["node", str(PEERS_FOLDER / f"{script}.mjs"), str(site.port), *bus]

    return start


def edition(*packages: str) -> Callable[[], str]:
    return lambda: ", ".join(f"{package} {_version(package)}" for package in packages) + f", Node {_node()}"


def _version(package: str) -> str:
    described = json.loads((PEERS_FOLDER / "node_modules" / package / "package.json").read_text())
    return str(described["version"])


def _node() -> str:
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()


@functools.cache
def lacks() -> str | None:
    """Install the packages unless the lock file's are there; say what prevents it."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "needs Node 18 or later with npm (Debian's packages nodejs and npm)"
    kept = PEERS_FOLDER / "node_modules" / ".package-lock.json"
    if kept.exists() and kept.stat().st_mtime >= (PEERS_FOLDER / "package-lock.json").stat().st_mtime:
        return None
    done = subprocess.run(INSTALL, cwd=PEERS_FOLDER, check=False)
    return None if done.returncode == 0 else "its packages could not be installed (npm ci, see above)"
