"""Words out of the site: by mail, to the group robots of WeCom, DingTalk and Feishu, to a webhook; through apprise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from salesyear.performance import guard
from salesyear.performance.models import ChannelKind

if TYPE_CHECKING:
    import apprise

_KEY = re.compile(r"[A-Za-z0-9_-]{8,120}")
_SECONDS = 10  # for a connection, and for an answer


class NotSent(RuntimeError):
    """A word did not get out; the text says why."""


def send(kind: str, address: str, title: str, body: str) -> None:
    """Send one message, plain text, now. Raises NotSent.

    Addresses that people typed may not lead inside; the mail server is the operator's own and may.
    """
    if not address:
        raise NotSent(_("The address was sealed under a secret that is no more: remove it here and give it again."))
    sender = _sender(kind, address)
    if kind == ChannelKind.MAIL:
        sent, refused = _notify(sender, title, body), []
    else:
        with guard.only_outside(settings.NOTIFY_INSIDE) as watch:
            sent, refused = _notify(sender, title, body), watch.refused
    if refused:
        raise NotSent(
            _("“%(host)s” leads to this machine or a private network: nothing is sent there.") % {"host": refused[0]}
        )
    if not sent:
        raise NotSent(_("It was not taken at the other end."))


def check_address(kind: str, address: str) -> str:
    """Return an address in the form it is kept. Raises ValidationError, naming what would work."""
    text = address.strip()
    if kind == ChannelKind.MAIL:
        validate_email(text)
    elif kind == ChannelKind.WEBHOOK:
        _check_webhook(text)
    elif not _KEY.fullmatch(text):
        raise ValidationError(_("Give the robot's key alone: the letters and figures at the end of its address."))
    return text


def _check_webhook(text: str) -> None:
    parts = urlsplit(text)
    try:
        wrong = parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0
    except ValueError:  # a port that is none
        wrong = True
    if wrong or parts.username or parts.fragment:
        raise ValidationError(_("Give an address such as https://example.com/hook, without a name and password in it."))


def _sender(kind: str, address: str) -> apprise.NotifyBase:
    try:
        import apprise
    except ModuleNotFoundError as missing:
        raise NotSent(
            _("The library “%(name)s” is not installed. Install Salesyear with its “notify” extra.")
            % {"name": missing.name}
        ) from missing
    made = apprise.Apprise.instantiate(_url(kind, address), suppress_exceptions=True)
    if not made:
        raise NotSent(_("This address is none that can be sent to."))
    made.socket_connect_timeout = made.socket_read_timeout = _SECONDS
    made.request_rate_per_sec = 0  # one message at a time comes from here: the pause between two is ours
    return made


def _notify(sender: apprise.NotifyBase, title: str, body: str) -> bool:
    import apprise

    desk = apprise.Apprise()
    desk.add(sender)
    return bool(desk.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT, interpret_escapes=False))


def _url(kind: str, address: str) -> str:
    """Write an address as apprise reads it; what stands in a webhook's query is passed on and sets nothing here."""
    if kind == ChannelKind.MAIL:
        if not settings.NOTIFY_MAIL:
            raise NotSent(_("No mail server is named: set SALESYEAR_NOTIFY_MAIL."))
        mark = "&" if "?" in settings.NOTIFY_MAIL else "?"
        return f"{settings.NOTIFY_MAIL}{mark}to={quote(address)}"
    if kind == ChannelKind.WEBHOOK:
        parts = urlsplit(address)
        query = urlencode([(f"-{name}", value) for name, value in parse_qsl(parts.query, keep_blank_values=True)])
        scheme = "jsons" if parts.scheme == "https" else "json"
        return f"{scheme}://{parts.netloc}{parts.path}" + (f"?{query}" if query else "")
    return {
        ChannelKind.WECOM: f"wecombot://{address}/",
        ChannelKind.DINGTALK: f"dingtalk://{address}/",
        ChannelKind.FEISHU: f"feishu://{address}/",
    }[ChannelKind(kind)]
