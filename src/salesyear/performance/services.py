"""What people do with alerts, and what the worker does for them: judge every rule, and send what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from salesyear.core import events
from salesyear.core.scope import Reach, Scope
from salesyear.core.sealed import mark_of
from salesyear.engine.performance import alerts as engine
from salesyear.engine.performance import quiet
from salesyear.engine.performance.alerts import Verdict
from salesyear.org.access import scope_of
from salesyear.org.models import User
from salesyear.performance import delivery, messages
from salesyear.performance.figures import engine_rule
from salesyear.performance.models import Alert, AlertState, AlertStep, Channel, Notice, Rule

MICRO = 1_000_000
MOST_TRIES = 5
_AGAIN = timedelta(minutes=5)  # before the first further try; each later one waits twice as long
SYSTEM = Scope.system("judging the rules of alerts")


@dataclass(frozen=True)
class Reading:
    """What a rule's figure has been of late, oldest first, and what it rests on where a signal names it."""

    values: list[float | None]
    found: list[dict[str, Any]] = field(default_factory=list)


Read = Callable[[Scope, Rule], Reading]


@transaction.atomic
def keep_channel(kind: str, address: str, *, actor: User) -> Channel:
    """Keep a way out of one's own; one that is kept already stays one."""
    channel, made = Channel.objects.get_or_create(
        user=actor, kind=kind, mark=mark_of(address), defaults={"address": address}
    )
    if made:
        events.record("performance.channel.added", actor=actor, detail={"kind": kind})
    return channel


def reseal() -> tuple[int, int]:
    """Seal every address with the present secret; return how many, and how many no secret that is named can open.

    An address given again while the old one could not be told for the same stays twice, with the mark that it had.
    """
    readable = [channel for channel in Channel.objects.order_by("pk") if channel.address]
    for channel in readable:
        mark = mark_of(channel.address)
        known = Channel.objects.filter(user=channel.user_id, kind=channel.kind, mark=mark).exclude(pk=channel.pk)
        Channel.objects.filter(pk=channel.pk).update(
            address=channel.address, mark=channel.mark if known.exists() else mark
        )
    return len(readable), Channel.objects.count() - len(readable)


@transaction.atomic
def keep_rule(rule: Rule, channels: Iterable[Channel], *, actor: User) -> Rule:
    """Keep a new rule or a changed one. Raises NeverFires, NeverTold for one that would never be heard of (case 14)."""
    engine.check(engine_rule(rule))
    quiet.check(hours_of(rule))
    rule.save()
    rule.channels.set(channels)
    events.record("performance.rule.kept", actor=actor, subject=rule, detail={"rule": rule.pk, "figure": rule.figure})
    return rule


@transaction.atomic
def switch_rule(rule: Rule, *, on: bool, actor: User | None) -> None:
    """Switch a rule on or off; one that is off has no open alert."""
    rule.active = on
    rule.save(update_fields=["active"])
    if not on:
        for alert in _open_of(rule):
            _enter(alert, AlertState.CLOSED, timezone.now(), actor=actor, note=_("The rule was switched off."))
    verb = "performance.rule.switched_on" if on else "performance.rule.switched_off"
    events.record(verb, actor=actor, subject=rule, detail={"rule": rule.pk})


@transaction.atomic
def acknowledge(alert: Alert, *, actor: User, note: str = "") -> None:
    """Say that somebody has seen an alert and what they do about it; an alert that is over stays over."""
    held = Alert.objects.within(SYSTEM).select_for_update().get(pk=alert.pk)
    if held.state != AlertState.OPEN:
        return
    _enter(held, AlertState.ACKNOWLEDGED, timezone.now(), actor=actor, note=note)
    events.record("performance.alert.acknowledged", actor=actor, subject=held, detail={"alert": held.pk})


def judge_rules(read: Read, moment: datetime) -> int:
    """Judge every rule by what its owner sees today; return how many alerts opened or ended.

    A rule whose owner no longer sees what it is about is switched off.
    """
    rules = Rule.objects.within(SYSTEM).filter(active=True).select_related("owner", "unit", "rep")
    changed = 0
    for _owner, theirs in groupby(rules.order_by("owner", "pk"), key=lambda rule: rule.owner_id):
        mine = list(theirs)
        scope = scope_of(mine[0].owner, timezone.localdate(moment))
        for rule in mine:
            if not sees(scope, rule):
                switch_rule(rule, on=False, actor=None)
            else:
                changed += judge_rule(rule, read(scope, rule), moment)
    return changed


def sees(scope: Scope, rule: Rule) -> bool:
    """Whether somebody sees what a rule is about: by its columns, as the managers would say it."""
    reach = scope.sees("alerts")
    own = Reach.OWN in reach and rule.rep_id in scope.reps
    return Reach.ALL in reach or own or (Reach.UNITS in reach and rule.unit_id in scope.units)


@transaction.atomic
def judge_rule(rule: Rule, reading: Reading, moment: datetime) -> bool:
    """Open, keep or end the alert of a rule; say whether it was opened or ended."""
    verdict = engine.judge(engine_rule(rule), reading.values)
    standing = _open_of(rule).select_for_update().first()
    if standing is None:
        return _open(rule, verdict, reading, moment) if verdict.fires else False
    if verdict.value is not None:
        _write_down(standing, verdict, reading, moment)
    if not verdict.ends:
        return False
    _enter(standing, AlertState.CLOSED, moment, actor=None)
    return True


def hours_of(rule: Rule) -> quiet.Hours:
    """Return when a rule's owner wants to hear of it."""
    return quiet.Hours(rule.quiet_from, rule.quiet_until, rule.digest_at)


def send_due(moment: datetime) -> int:
    """Send what is due, all that is due for one address as one message; return how many messages got out.

    A notice of an alert that its channel's owner no longer sees is dropped. What fails is tried again, each time
    later, five times.
    """
    due = Notice.objects.filter(sent_at=None, due_at__lte=moment, tries__lt=MOST_TRIES)
    rows = due.select_related("channel__user", "alert__rule", "alert__unit", "alert__rep").order_by("channel", "pk")
    out = 0
    for _channel, notices in groupby(rows, key=lambda notice: notice.channel_id):
        wanted = _still_theirs(list(notices), moment)
        out += bool(wanted) and _send(wanted, moment)
    return out


def _still_theirs(notices: list[Notice], moment: datetime) -> list[Notice]:
    user = notices[0].channel.user
    scope = scope_of(user, timezone.localdate(moment))
    gone = [one for one in notices if one.alert.rule.owner_id != user.pk or not sees(scope, one.alert.rule)]
    Notice.objects.filter(pk__in=[one.pk for one in gone]).delete()
    return [one for one in notices if one not in gone]


def _send(notices: list[Notice], moment: datetime) -> bool:
    channel = notices[0].channel
    title, body = messages.of_notices(notices)
    try:
        delivery.send(channel.kind, channel.address, title, body)
    except delivery.NotSent as reason:
        for notice in notices:
            notice.tries += 1
            notice.error = str(reason)[:300]
            notice.due_at = moment + _AGAIN * 2 ** (notice.tries - 1)
        Notice.objects.bulk_update(notices, ["tries", "error", "due_at"])
        return False
    Notice.objects.filter(pk__in=[one.pk for one in notices]).update(sent_at=moment, error="")
    return True


def _open_of(rule: Rule) -> Any:  # noqa: ANN401 - a scoped query set
    return Alert.objects.within(SYSTEM).filter(~Q(state=AlertState.CLOSED), rule=rule)


def _open(rule: Rule, verdict: Verdict, reading: Reading, moment: datetime) -> bool:
    alert = Alert(rule=rule, unit_id=rule.unit_id, rep_id=rule.rep_id, opened_at=moment, judged_at=moment)
    _write_down(alert, verdict, reading, moment)
    _enter(alert, AlertState.OPEN, moment, actor=None)
    return True


def _write_down(alert: Alert, verdict: Verdict, reading: Reading, moment: datetime) -> None:
    alert.value, alert.limit = _micros(verdict.value), _micros(verdict.limit)
    alert.found, alert.judged_at = reading.found, moment
    alert.save()


def _enter(alert: Alert, state: AlertState, moment: datetime, *, actor: User | None, note: str = "") -> None:
    """Bring an alert into a state, remember it, and put the word about it into the queue (none for one's own act)."""
    alert.state = state
    alert.closed_at = moment if state == AlertState.CLOSED else None
    alert.save()
    AlertStep.objects.create(alert=alert, state=state, actor=actor, note=note[:500], at=moment)
    if actor is None:
        _put_into_queue(alert, state, moment)


def _put_into_queue(alert: Alert, state: AlertState, moment: datetime) -> None:
    due = quiet.due(hours_of(alert.rule), timezone.localtime(moment))
    if state == AlertState.CLOSED:
        # What was never told needs no word that it is over.
        Notice.objects.filter(alert=alert, sent_at=None).delete()
        told = set(Notice.objects.filter(alert=alert).values_list("channel", flat=True))
    else:
        told = None
    for channel in alert.rule.channels.all():
        if told is None or channel.pk in told:
            Notice.objects.get_or_create(alert=alert, channel=channel, state=state, defaults={"due_at": due})


def _micros(value: float | None) -> int | None:
    return None if value is None else round(value * MICRO)
