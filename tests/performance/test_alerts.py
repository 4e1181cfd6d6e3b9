"""Alerts from a rule to a word: opened, kept, acknowledged, over; told when it is wanted, to whom it may be."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings as SettingsWrapper

from board_cast import SUN, SYSTEM, quarter
from cast import Cast, sell
from salesyear.core import runs
from salesyear.core.models import Run
from salesyear.core.worker import Labour
from salesyear.engine.performance.alerts import NeverFires
from salesyear.engine.performance.quiet import NeverTold
from salesyear.org.access import scope_of
from salesyear.org.models import Grant
from salesyear.performance import delivery, messages, services
from salesyear.performance.forms import RuleForm
from salesyear.performance.models import Alert, AlertState, Channel, Notice, Rule, RuleKind, Side
from salesyear.performance.readings import Readings
from salesyear.performance.services import Reading
from salesyear.performance.shipped import offered
from salesyear.sales.models import Order, Return

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 31, 4, tzinfo=UTC)  # 12:00 in Shanghai
TODAY = date(2026, 3, 31)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str, str]]:
    """What would have gone out."""
    out: list[tuple[str, str, str, str]] = []
    monkeypatch.setattr(delivery, "send", lambda *message: out.append(message))
    return out


def rule_of(cast: Cast, **more: Any) -> Rule:
    """Keep the shipped rule on pace for Wang, told by mail: below 90 %, over at 95 %."""
    user = cast.users["wang"]
    mail = services.keep_channel("mail", user.email, actor=user)
    about = {"name": "Behind plan", "figure": "pace", "kind": RuleKind.PACE, "limit": 900_000, "back": 950_000}
    rule = Rule(**{**about, "owner": user, "made_at": NOON, "unit": cast.units["east"], **more})
    return services.keep_rule(rule, [mail], actor=user)


def of(*values: float | None) -> services.Read:
    return lambda _scope, _rule: Reading(list(values))


def standing(rule: Rule) -> list[str]:
    return [alert.state for alert in Alert.objects.within(SYSTEM).filter(rule=rule).order_by("pk")]


def test_one_alert_lives_from_opening_to_its_end(cast: Cast, sent: list[Any]) -> None:
    """89 % opens it, 92 % changes nothing, 96 % ends it: one row, with all that happened to it."""
    rule = rule_of(cast)
    for minute, (pace, state) in enumerate(
        [(0.97, []), (0.89, ["open"]), (0.92, ["open"]), (0.89, ["open"]), (0.96, ["closed"])]
    ):
        services.judge_rules(of(pace), NOON + timedelta(minutes=minute))
        assert standing(rule) == state
    alert = Alert.objects.within(SYSTEM).get()
    assert [step.state for step in alert.steps.all()] == ["open", "closed"]
    assert (alert.value, alert.closed_at) == (960_000, NOON + timedelta(minutes=4))


def test_an_acknowledged_alert_is_still_there_and_says_by_whom(cast: Cast) -> None:
    rule = rule_of(cast)
    services.judge_rules(of(0.5), NOON)
    alert = Alert.objects.within(SYSTEM).get()
    services.acknowledge(alert, actor=cast.users["wang"], note="Talking to Jiangsu")
    services.acknowledge(alert, actor=cast.users["director"], note="Me too")
    services.judge_rules(of(0.6), NOON + timedelta(hours=1))
    assert standing(rule) == [AlertState.ACKNOWLEDGED]
    assert [(step.state, str(step.actor or ""), step.note) for step in alert.steps.all()] == [
        ("open", "", ""),
        ("acknowledged", "wang", "Talking to Jiangsu"),
    ]


def test_a_word_goes_out_once_and_once_more_when_it_is_over(cast: Cast, sent: list[Any]) -> None:
    rule_of(cast)
    for minute, pace in enumerate((0.5, 0.5, 0.97, 0.97)):
        moment = NOON + timedelta(minutes=minute)
        services.judge_rules(of(pace), moment)
        services.send_due(moment)
    assert [(kind, address, title) for kind, address, title, _body in sent] == [
        ("mail", "wang@example.com", "丰年 Salesyear: Behind plan"),
        ("mail", "wang@example.com", "丰年 Salesyear: Over: Behind plan"),
    ]
    assert "Pace of 华东 is 50.0%, below 90.0%." in sent[0][3]


def test_quiet_hours_hold_a_word_back(cast: Cast, sent: list[Any]) -> None:
    """It comes up at 23:00 in Shanghai and is told at 07:00; what is over by then is not told at all."""
    rule_of(cast, quiet_from=time(22), quiet_until=time(7))
    late = datetime(2026, 3, 31, 15, tzinfo=UTC)
    services.judge_rules(of(0.5), late)
    assert services.send_due(late + timedelta(hours=7, minutes=59)) == 0
    assert services.send_due(late + timedelta(hours=8)) == 1
    services.judge_rules(of(0.97), late + timedelta(hours=9))
    services.send_due(late + timedelta(hours=9))
    services.judge_rules(of(0.5), late + timedelta(days=1))
    services.judge_rules(of(0.97), late + timedelta(days=1, hours=1))
    services.send_due(late + timedelta(days=2))
    assert len(sent) == 2


def test_without_quiet_hours_it_is_told_at_night(cast: Cast, sent: list[Any]) -> None:
    """The control of the quiet hours."""
    rule_of(cast)
    late = datetime(2026, 3, 31, 15, tzinfo=UTC)
    services.judge_rules(of(0.5), late)
    assert services.send_due(late) == 1


def test_a_digest_is_one_message(cast: Cast, sent: list[Any]) -> None:
    for name in ("One", "Two"):
        rule_of(cast, name=name, digest_at=time(18))
    services.judge_rules(of(0.5), NOON)
    assert services.send_due(NOON) == 0
    assert services.send_due(NOON + timedelta(hours=6)) == 1
    assert sent[0][2] == "丰年 Salesyear: 2 alerts"
    assert sent[0][3].count("below 90.0%") == 2


def test_what_fails_is_tried_again_later_and_not_for_ever(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_message: str) -> None:
        raise delivery.NotSent("It was not taken at the other end.")

    monkeypatch.setattr(delivery, "send", refuse)
    rule_of(cast)
    services.judge_rules(of(0.5), NOON)
    moment, tried = NOON, []
    for _ in range(200):
        services.send_due(moment)
        tried.append(Notice.objects.get().tries)
        moment += timedelta(minutes=1)
    assert tried[0] == 1
    assert tried[4] == 1
    assert tried[5] == 2
    assert tried[-1] == services.MOST_TRIES
    assert Notice.objects.get().error == "It was not taken at the other end."


def test_who_no_longer_sees_a_place_hears_no_more_of_it(cast: Cast, sent: list[Any]) -> None:
    """The rule is switched off, its alert is closed, and the word that was waiting is dropped."""
    rule = rule_of(cast, digest_at=time(18))
    services.judge_rules(of(0.5), NOON)
    Grant.objects.filter(user=cast.users["wang"]).update(ends_on=date(2026, 3, 30))
    services.send_due(NOON + timedelta(hours=6))
    assert sent == []
    assert services.judge_rules(of(0.5), NOON) == 0
    rule.refresh_from_db()
    assert not rule.active
    assert standing(rule) == ["closed"]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"figure": "strategic_mix", "kind": RuleKind.THRESHOLD, "side": Side.ABOVE, "limit": 1_000_000}, NeverFires),
        ({"back": 800_000}, NeverFires),
        ({"quiet_from": time(7), "quiet_until": time(7)}, NeverTold),
    ],
)
def test_a_rule_that_can_never_fire_is_not_kept(cast: Cast, wrong: dict[str, Any], refusal: type[Exception]) -> None:
    """Case 14."""
    with pytest.raises(refusal):
        rule_of(cast, **wrong)
    assert not Rule.objects.within(SYSTEM).exists()


def test_the_form_says_it_beside_the_field(cast: Cast) -> None:
    typed = {"figure": "strategic_mix", "place": "", "kind": "threshold", "side": "above", "limit": "100"}
    form = RuleForm(typed, scope=scope_of(cast.users["director"]))
    assert not form.is_valid()
    assert form.errors["limit"] == ["This can never be above 1: its most is 1."]


def test_every_shipped_rule_can_be_taken_over(cast: Cast) -> None:
    client = signed_in(cast, "wang")
    for shipped in offered():
        page = client.get(f"/performance/alerts/rules/new/?from={shipped.key}")
        form = page.context["form"]
        typed = {name: value for name, value in form.initial.items() if value is not None}
        typed["place"] = f"unit:{cast.units['east'].pk}"
        answer = client.post("/performance/alerts/rules/new/", typed)
        assert answer.status_code == 303, (shipped.key, answer.context["form"].errors)
    kept = Rule.objects.within(SYSTEM)
    assert kept.count() == len(offered()) >= 6
    assert all(rule.owner == cast.users["wang"] and rule.unit == cast.units["east"] for rule in kept)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_rule_reads_what_its_owner_sees(cast: Cast) -> None:
    """The same rule on all one sees: 41.7 % in the East, 125 % for Sun, whose news changes nothing for Wang."""
    quarter(cast)
    paces = {name: pace(cast, name) for name in ("wang", "sun", "director")}
    assert paces == {
        "wang": pytest.approx(3 / 7.2),
        "sun": pytest.approx(4.5 / 3.6),
        "director": pytest.approx(7.5 / 10.8),
    }
    sell(cast, cast.customers[SUN], date(2026, 3, 20), 9_000_00)
    assert pace(cast, "wang") == paces["wang"]


def pace(cast: Cast, name: str) -> float | None:
    scope = scope_of(cast.users[name], TODAY)
    return Readings(TODAY).of(scope, Rule(figure="pace", kind=RuleKind.PACE)).values[-1]


def test_months_are_read_as_amounts_of_the_currency(cast: Cast) -> None:
    """Li sells 1,000 yuan in each month of the quarter; the running month is left out until it is over."""
    quarter(cast)
    rule = Rule(figure="ordered", kind=RuleKind.TREND, rep=cast.reps["li"])
    values = Readings(date(2026, 3, 30)).of(scope_of(cast.users["li"], TODAY), rule).values
    assert values[-3:] == [1_000, 1_000, 1_000]  # December 2025 (100 + 200 + 300 + 400), January, February


def test_the_signals_find_what_looks_inflated(cast: Cast) -> None:
    """P1: Li's March ends with 5,000 yuan on the 31st, of which 2,000 come back; the order gives 120 days to pay."""
    quarter(cast)
    for place, month in enumerate((10, 11, 12, 1, 2), start=1):
        day = date(2026 if month < 3 else 2025, month, 14)
        order = sell(cast, cast.customers[0], day, 10_00 * place, "new").order
        Order.objects.within(SYSTEM).filter(pk=order.pk).update(due_on=day + timedelta(days=30))
    late = sell(cast, cast.customers[0], date(2026, 3, 31), 5_000_00)
    Order.objects.within(SYSTEM).filter(pk=late.order_id).update(due_on=date(2026, 3, 31) + timedelta(days=120))
    Return.objects.create(
        number="R9",
        returned_on=date(2026, 4, 5),
        customer=cast.customers[0],
        order=late.order,
        rep=cast.reps["li"],
        unit=cast.units["shanghai"],
        currency=late.currency,
        amount=2_000_00,
    )
    scope = scope_of(cast.users["wang"], TODAY)
    found = {
        name: Readings(date(2026, 4, 30)).of(scope, Rule(figure=name, kind=RuleKind.SIGNAL, unit=cast.units["east"]))
        for name in ("spikes_that_came_back", "long_terms", "loaded_agents")
    }
    assert found["long_terms"].values == [1.0]
    assert found["long_terms"].found[0]["days"] == 120
    assert [(one["rep"], one["returned"]) for one in found["spikes_that_came_back"].found] == [("李娜", "40%")]
    assert found["loaded_agents"].values == [0.0]


def test_names_stay_text_in_a_message(cast: Cast) -> None:
    """Case 31: what goes out is text; see test_delivery for how it arrives."""
    rule = rule_of(cast, name="<b>bold</b>")
    services.judge_rules(of(0.5), NOON)
    title, _body = messages.of_notices(list(Notice.objects.select_related("alert__rule")))
    assert title.endswith("<b>bold</b>")
    assert rule.name in signed_in(cast, "wang").get("/performance/alerts/").content.decode().replace(
        "&lt;", "<"
    ).replace("&gt;", ">")


def test_the_worker_looks_by_itself_once_a_stretch(cast: Cast, settings: SettingsWrapper) -> None:
    settings.ALERT_SECONDS = 60
    runs.ask_for_due()
    runs.ask_for_due()
    assert Run.objects.filter(kind="performance.alerts").count() == 1
    done = Labour(scope_of).work_once()
    assert done
    done.refresh_from_db()
    assert (done.state, done.result) == ("done", {"changed": 0, "sent": 0})


def test_nothing_is_asked_for_when_it_is_switched_off(settings: SettingsWrapper) -> None:
    settings.ALERT_SECONDS = 0
    assert runs.ask_for_due() > 1_000_000
    assert not Run.objects.exists()


def test_a_neighbour_cannot_touch_what_is_not_theirs(cast: Cast) -> None:
    rule = rule_of(cast)
    services.judge_rules(of(0.5), NOON)
    alert, channel = Alert.objects.within(SYSTEM).get(), Channel.objects.get()
    sun = signed_in(cast, "sun")
    for path in (
        f"/performance/alerts/{alert.pk}/acknowledgement/",
        f"/performance/alerts/rules/{rule.pk}/switch/",
        f"/performance/alerts/channels/{channel.pk}/removal/",
        f"/performance/alerts/channels/{channel.pk}/trial/",
    ):
        assert sun.post(path).status_code == 404
    assert sun.get(f"/performance/alerts/rules/{rule.pk}/").status_code == 404
    assert standing(rule) == ["open"]
