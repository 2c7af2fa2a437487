"""
The headers that stand on every answer, whoever of us gives it: what a browser must not do with what it gets.

They are given to whatever writes answers on a connection (``chat/server.py``): the HTTP server for all that the application answers, the
protocol of WebSockets for the upgrades that are denied, the ingress for what is refused unread. A route adds only how its answer may
be kept; ``chat/http/answers.py`` says ``no-store`` for whatever is dynamic.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from chat.settings import Settings

# Nothing from elsewhere, nothing inline, no page around ours, no text that becomes an element. The one policy of trusted types makes
# the constant address of our worker.
POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types sansmasque",
)
# What could tell where, or by what device, somebody is; and what no page of ours has to ask for.
FORBIDDEN: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
YEAR_SECONDS: Final = 31_536_000


def safety_headers(settings: Settings) -> dict[str, str]:
    """Name the headers of every answer, in small letters."""
    headers = {
        "content-security-policy": "; ".join(POLICY),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": ", ".join(f"{feature}=()" for feature in FORBIDDEN),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    if urlsplit(settings.public_url).scheme == "https":
        headers["strict-transport-security"] = f"max-age={YEAR_SECONDS}"
    return headers
