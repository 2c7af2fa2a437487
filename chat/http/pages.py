"""
Pages and the files they are made of.

Everything is read once, at start: pages are filled in, by the layouts and pieces of ``static/parts/``; files stand under a version made
from their content, so that a browser may keep them for ever. What is not in this manifest does not exist. To add a page, see
``docs/developers.md``.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chat.http.access import Declared
from chat.http.answers import refuse
from chat.locales import LANGUAGES
from chat.people.roles import Permission
from chat.settings import Settings
from chat.templates import Facts, compiled

PAGES: Final = {
    "/": "index.html",
    "/r/{slug}": "room.html",
    "/about-you": "about-you.html",
    "/staff": "staff.html",
    "/console": "console.html",
}

mimetypes.add_type("text/javascript", ".js")


def static_folder() -> Path:
    """Find ``static/``: in the package once installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "static"
    return installed if installed.is_dir() else package.parent / "static"


class Pages:
    """The manifest of all that is served from ``folder``."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        digest = hashlib.sha256()
        for name, content in files.items():
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        self.version = digest.hexdigest()[:12]
        self.files = {name: content for name, content in files.items() if not name.endswith(".html")}
        self._words = {lang: json.loads(files[f"locales/{lang}.json"]) for lang in LANGUAGES}
        self._templates = compiled(
            {name: content.decode() for name, content in files.items() if name.endswith(".html")},
            {"version": self.version, "community": settings.community, "exit": settings.exit_url},
        )
        self.pages = {name: self._fill(name, "fr", fixed=False) for name in PAGES.values()}

    def page(self, name: str) -> Response:
        return Response(self.pages[name], media_type="text/html", headers={"cache-control": "no-cache"})

    def fill(self, name: str, lang: str, facts: Facts) -> str:
        """Make the page ``name`` for one who asks, in ``lang``: it needs no script."""
        return self._fill(f"{name}/{lang}.html", lang, fixed=True, **facts)

    def made(self, name: str, lang: str, facts: Facts) -> Response:
        """Answer :meth:`fill`, to be kept by nobody on the way."""
        return Response(self.fill(name, lang, facts), media_type="text/html", headers={"cache-control": "no-store"})

    def _fill(self, name: str, lang: str, **facts: object) -> str:
        return self._templates[name].render(lang=lang, words=self._words[lang], **facts)

    def file(self, version: str, name: str) -> Response | None:
        content = self.files.get(name)
        if content is None or version != self.version:
            return None
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(content, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})


def _show(name: str) -> Declared:
    async def show(request: Request) -> Response:
        pages: Pages = request.app.state.pages
        if "wait" in request.query_params and "slug" in request.path_params:
            # A link without a script knows no room but the one whose page it stands on.
            asked = {"room": request.path_params["slug"], "lang": request.query_params.get("lang", "fr")}
            return RedirectResponse(f"/wait?{urlencode(asked)}", HTTPStatus.SEE_OTHER)
        return pages.page(name)

    path = next(path for path, page in PAGES.items() if page == name)
    return Declared(path, show, Permission.LOOK)


async def static(request: Request) -> Response:
    pages: Pages = request.app.state.pages
    return pages.file(**request.path_params) or refuse(request, 404, "not_found")


routes = [
    *(_show(name) for name in PAGES.values()),
    Declared("/static/{version}/{name:path}", static, Permission.LOOK),
]
