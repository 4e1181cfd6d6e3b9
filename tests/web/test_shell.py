"""The frame of every page: who is asking, the chapters in the plan's order, language, theme, and what goes wrong."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from cast import Cast
from salesyear.plans.chapters import CHAPTERS, FACTS

pytestmark = pytest.mark.django_db


def signed_in(cast: Cast, name: str, language: str = "en") -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.force_login(cast.users[name])
    return client


def shown(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_chapters_stand_in_the_plans_order(cast: Cast) -> None:
    page = shown(signed_in(cast, "director", "zh-hans"), "/")
    places = re.search(r'<nav class="chapters".*?</nav>', page, re.DOTALL)
    assert places
    names = re.findall(r">([^<>]+)</a>", places.group())
    assert names == ["目标设定", "市场分析", "销售策略", "行动计划", "资源管理", "绩效监控", "数据"]


def test_the_place_one_is_at_is_marked(cast: Cast) -> None:
    client = signed_in(cast, "director")
    assert 'href="/market/" aria-current="page"' in shown(client, "/market/")
    assert 'href="/data/" aria-current="true"' in shown(client, "/data/orders/")
    assert 'href="/data/" aria-current="true"' in shown(client, "/imports/")


@pytest.mark.parametrize(
    ("who", "line"),
    [
        ("director", "director</span> Sees the whole company"),
        ("wang", "regional manager</span> Sees 华东"),
        ("li", "salesperson</span> Sees own customers and sales"),
        ("agent", "agent</span> Sees the agency's customers and orders"),
        ("nobody", "no role yet</span> Sees nothing yet"),
    ],
)
def test_it_says_who_is_asking_and_what_they_see(cast: Cast, who: str, line: str) -> None:
    page = shown(signed_in(cast, who), "/settings/").replace("&#x27;", "'")
    scope = re.search(r'<p class="scope">(.*?)</p>', page, re.DOTALL)
    assert scope
    assert line in re.sub(r"\s+", " ", re.sub(r"</span>\s*<span>", "</span> ", scope.group(1)))


def test_somebody_without_a_role_is_told_what_to_do(cast: Cast) -> None:
    page = shown(signed_in(cast, "nobody"), "/")
    assert "Ask an administrator to give you one." in page
    assert "/data/orders/" not in page


def test_links_lead_only_where_one_may_go(cast: Cast) -> None:
    assert reverse("users") in shown(signed_in(cast, "admin"), "/settings/")
    assert reverse("users") not in shown(signed_in(cast, "director"), "/settings/")
    agents = shown(signed_in(cast, "agent"), "/data/")
    assert "/data/orders/" in agents
    assert "/data/units/" not in agents


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_a_chapter_names_its_rows_in_both_languages_and_hides_no_gap(cast: Cast, chapter: object) -> None:
    found = next(one for one in CHAPTERS if one is chapter)
    page = shown(signed_in(cast, "director"), f"/{found.slug}/").replace("&#x27;", "'")
    for row in found.rows:
        assert row.chinese in page
        assert row.english in page
        assert row.needs
        assert set(row.needs) <= FACTS.keys()
    waiting = [row for row in found.rows if not row.page]
    assert page.count("not here yet") == sum(1 for row in waiting if not row.begun)
    assert page.count(">begun<") == sum(1 for row in waiting if row.begun)


def test_the_plan_has_all_its_rows() -> None:
    codes = [row.code for chapter in CHAPTERS for row in chapter.rows]
    counts = {"T": 12, "M": 9, "S": 9, "A": 9, "R": 9, "P": 10}
    assert codes == [f"{letter}{number}" for letter, n in counts.items() for number in range(1, n + 1)]


def test_the_theme_is_a_cookie_and_never_a_way_out(cast: Cast) -> None:
    client = signed_in(cast, "li")
    answer = client.post("/theme/", {"theme": "dark", "next": "/market/"})
    assert (answer.status_code, answer["Location"]) == (302, "/market/")
    assert 'data-theme="dark"' in shown(client, "/market/")
    for way_out in ("https://example.com/", "//example.com/", "javascript:alert(1)", ""):
        assert client.post("/theme/", {"theme": "dark", "next": way_out})["Location"] == "/"
    client.post("/theme/", {"theme": '"><script>'})
    assert "<script>" not in shown(client, "/").partition("<body>")[2]
    assert client.get("/theme/").status_code in {403, 405}


def test_what_goes_wrong_is_said_in_the_readers_language(cast: Cast) -> None:
    client = signed_in(cast, "li", "zh-hans")
    gone = client.get("/data/customers/99999/")
    assert gone.status_code == 404
    assert "未找到" in gone.content.decode()
    refused = client.get("/users/")
    assert refused.status_code == 403
    assert "当前角色无权访问" in refused.content.decode()
    for template, words in (("500.html", "系统出错了"), ("400.html", "请求无法识别"), ("403_csrf.html", "表单已失效")):
        with override("zh-hans"):
            assert words in render_to_string(template)  # these come without a request: nothing else may be needed


def test_a_form_without_its_token_is_refused_in_plain_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = client.post("/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


def test_pages_allow_no_inline_script_and_no_other_origin(cast: Cast) -> None:
    answer = signed_in(cast, "li").get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|(?:src|href|action)=\"(?:https?:)?//", page)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ('{{ amount|money:"CNY" }}', '<data value="CNY 12,345,678.00" title="CNY 12,345,678.00">¥1234.6万</data>'),
        ("{{ share|share }}", '<data value="30%" title="30%">30.0%</data>'),
        ('{{ none|money:"CNY" }}', "--"),
        ("{{ count|exact }}", "60,919"),
        ("{{ count|figure }}", '<data value="60,919" title="60,919">6.1万</data>'),
    ],
)
def test_numbers_in_templates_are_brief_with_the_exact_one_beside(tag: str, text: str) -> None:
    values = {"amount": 1_234_567_800, "share": 300_000, "none": None, "count": 60_919}
    with override("zh-hans"):
        assert Template("{% load figures %}" + tag).render(Context(values)) == text
