"""Routes of the console: static files, and a pointer to them at the root."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from service.console.files import PATHS, POLICY, console_file
from service.routes import DirectRoute

router = APIRouter(route_class=DirectRoute)


async def console(request: Request) -> Response:
    """Give a file of the console."""
    found = console_file(request.url.path)
    headers = {"Content-Security-Policy": POLICY}
    return Response(found.content, media_type=found.media_type, headers=headers)


for path in PATHS:
    router.add_api_route(path, console, include_in_schema=False)


@router.get("/", include_in_schema=False)
async def root(request: Request) -> Response:  # noqa: ARG001 - every route takes one
    """Point to the console."""
    return RedirectResponse("/console", status_code=303)
