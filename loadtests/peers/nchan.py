"""nchan, the publish/subscribe module of nginx (Debian's package ``libnginx-mod-nchan``): used where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from loadtests.peers.site import PEERS_FOLDER, Site

READY = "start worker process"
BUS_READY = "Redis upstream bus: ready"
MODULE = "lib/nginx/modules/ngx_nchan_module.so"


def command(site: Site) -> list[str]:
    settings = site.scratch / "nginx.conf"
    bus = site.bus is not None
    settings.write_text(
        (PEERS_FOLDER / "nchan.conf.in")
        .read_text()
        .format(
            module=_module(),
            scratch=site.scratch,
            port=site.port,
            upstream=f"upstream bus {{ nchan_redis_server redis://127.0.0.1:{site.bus}; }}" if bus else "",
            through="nchan_redis_pass bus;" if bus else "",
        )
    )
    return [_nginx(), "-p", str(site.scratch), "-c", str(settings)]


def _nginx() -> str:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") or ""


def _module() -> Path:
    """Return the module that belongs to the nginx on PATH, wherever its tree is."""
    return Path(_nginx()).parent.parent / MODULE


def lacks() -> str | None:
    return None if _nginx() and _module().exists() else "needs nginx with nchan (Debian's package libnginx-mod-nchan)"


def edition() -> str:
    # nginx says its version on stderr; nchan's own is known to the package manager alone.
    said = subprocess.run([_nginx(), "-v"], capture_output=True, text=True, check=True).stderr.strip()
    asked = ["dpkg-query", "-W", "-f", "${Version}", "libnginx-mod-nchan"]
    if shutil.which("dpkg-query") is None:
        return said
    nchan = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return f"{said}, nchan {nchan}" if nchan else said
