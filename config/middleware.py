"""What every response of the `web` process carries, and the way of the partners' requests past what only staff need."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from roaming.views import is_ocpi, ocpi


def neutral_server(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Name no product in `Server` (S50); the server fills the header in only where it is absent."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Server", "hub")
        return response

    return middleware


def partners_first(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Below /ocpi/ there are no cookies, forms, frames or static files: no session, no CSRF token, no user of ours.

    The middleware behind this one is for those. Of what it does for everybody, partners need the check of the Host
    header here, and Content-Length and nosniff from the answer itself.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if is_ocpi(request.path_info):
            request.get_host()
            return ocpi(request)
        return get_response(request)

    return middleware
