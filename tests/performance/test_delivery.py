"""Words that really leave: to a mail server and a web server on this machine, and never where they must not go."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings as SettingsWrapper

from salesyear.performance import delivery, guard
from salesyear.performance.delivery import NotSent, check_address, send

pytestmark = pytest.mark.once
REFUSED = "leads to this machine or a private network"


class Hook(BaseHTTPRequestHandler):
    """Takes what is posted; `/away` sends on to another address."""

    taken: ClassVar[list[tuple[str, Any]]] = []
    onward: ClassVar[str] = ""

    def do_POST(self) -> None:
        """Keep the body, or redirect with the method kept."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/away":
            self.send_response(307)
            self.send_header("Location", self.onward)
        else:
            self.taken.append((self.path, json.loads(body)))
            self.send_response(200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class Post(socketserver.StreamRequestHandler):
    """Just enough of a mail server: it takes one message and keeps it."""

    taken: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        """Answer the commands of one delivery."""
        self._say("220 here")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self._say("354 go on")
                self.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self._say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def hook() -> Iterator[str]:
    Hook.taken, Hook.onward = [], ""
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def post(settings: SettingsWrapper) -> Iterator[None]:
    Post.taken = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        settings.NOTIFY_MAIL = f"mailto://127.0.0.1:{port}?from=salesyear@example.com&mode=insecure"
        yield
        server.shutdown()


def test_a_mail_arrives_and_its_text_is_text(post: None) -> None:
    """Case 31: a name with a script in it is shown, not run."""
    send("mail", "wang@example.com", "丰年 Salesyear: Behind plan", "<script>alert(1)</script> 华东 is behind")
    mail: Any = message_from_bytes(Post.taken[0], policy=policy.default)
    assert mail["To"].endswith("wang@example.com>") or mail["To"] == "wang@example.com"
    assert mail["Subject"] == "丰年 Salesyear: Behind plan"
    bodies = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    assert "华东 is behind" in "".join(bodies.values())
    assert "<script>" not in bodies.get("text/html", "")


def test_without_a_mail_server_it_says_what_to_set(settings: SettingsWrapper) -> None:
    settings.NOTIFY_MAIL = ""
    with pytest.raises(NotSent, match="SALESYEAR_NOTIFY_MAIL"):
        send("mail", "wang@example.com", "title", "body")


def test_a_webhook_gets_title_and_text(hook: str, settings: SettingsWrapper) -> None:
    """The control of the guard: an address that the installation has named may lead inside."""
    settings.NOTIFY_INSIDE = ["127.0.0.1"]
    send("webhook", f"http://{hook}/in?method=GET&verify=no", "Behind plan", "华东 is behind")
    path, body = Hook.taken[0]
    assert path == "/in?method=GET&verify=no"  # passed on, and sets nothing here
    assert (body["title"], body["message"]) == ("Behind plan", "华东 is behind")


def test_a_webhook_that_leads_inside_is_refused(hook: str) -> None:
    """Case 33."""
    port = hook.split(":")[1]
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1", "2130706433", "[::ffff:127.0.0.1]"):
        with pytest.raises(NotSent):
            send("webhook", f"http://{host}:{port}/in", "title", "body")
    assert Hook.taken == []


def test_through_a_redirect_it_is_refused_as_well(hook: str, settings: SettingsWrapper) -> None:
    """Case 33: the first host is allowed, the one it sends on to is not."""
    port = hook.split(":")[1]
    settings.NOTIFY_INSIDE = ["localhost"]
    Hook.onward = f"http://127.0.0.1:{port}/in"
    with pytest.raises(NotSent, match=REFUSED):
        send("webhook", f"http://localhost:{port}/away", "title", "body")
    assert Hook.taken == []
    settings.NOTIFY_INSIDE = ["localhost", "127.0.0.1"]  # the control: allowed, it follows
    send("webhook", f"http://localhost:{port}/away", "title", "body")
    assert len(Hook.taken) == 1


def test_a_name_that_answers_otherwise_the_second_time_is_refused(hook: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 33: what was looked at is what is connected to; there is no second question to answer otherwise."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    asked: list[str] = []

    def resolve(host: str, port: int, *_args: object, **_kwargs: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "127.0.0.1"), port))]

    monkeypatch.setattr(guard, "_resolve", resolve)
    reached: list[object] = []

    def connect(_self: socket.socket, address: object) -> None:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(NotSent):
        send("webhook", "http://changing.example:80/in", "title", "body")
    with pytest.raises(NotSent, match=REFUSED):
        send("webhook", "http://changing.example:80/in", "title", "body")
    assert reached == [("93.184.216.34", 80)]
    assert asked == ["changing.example", "changing.example"]


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("93.184.216.34", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
    ],
)
def test_which_addresses_are_outside(address: str, outside: bool) -> None:
    assert guard.is_outside(address) is outside


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_a_robot_gets_it_at_its_own_place(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three robots' hosts are their makers': what would be posted there is looked at, and nothing leaves."""
    import requests

    asked: list[tuple[str, str]] = []

    def take(*args: Any, **kwargs: Any) -> requests.Response:
        url = next(word for word in (*args, kwargs.get("url", "")) if str(word).startswith("http"))
        asked.append((url, str(kwargs.get("data") or kwargs.get("json"))))
        answer = requests.Response()
        answer.status_code, answer._content = 200, b'{"errcode": 0, "code": 0}'
        return answer

    for name in ("post", "request"):
        monkeypatch.setattr(requests, name, take)
    send(kind, "abcdefghijk12345", "Behind plan", "East is behind")
    hosts = {"wecom": "qyapi.weixin.qq.com", "dingtalk": "oapi.dingtalk.com", "feishu": "open.feishu.cn"}
    assert asked[0][0].startswith(f"https://{hosts[kind]}/")
    assert "abcdefghijk12345" in asked[0][0]
    assert "East is behind" in asked[0][1]


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("mail", "nobody"),
        ("webhook", "ftp://example.com/x"),
        ("webhook", "https://user:secret@example.com/"),
        ("webhook", "https://example.com:port/"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc"),
        ("feishu", "abc/../../x"),
    ],
)
def test_an_address_of_another_kind_is_refused_when_it_is_typed(kind: str, address: str) -> None:
    with pytest.raises(ValidationError):
        check_address(kind, address)


def test_secrets_of_addresses_are_not_shown() -> None:
    from salesyear.performance.models import Channel

    assert Channel(kind="webhook", address="https://example.com/hook/s3cret").shown == "https://example.com/…"
    assert Channel(kind="wecom", address="abcdefgh1234").shown == "…1234"
    assert delivery.check_address("mail", " wang@example.com ") == "wang@example.com"
