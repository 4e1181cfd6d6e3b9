"""`salesyear user …`: who may sign in."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesyear.cli.plain import AS_JSON, UserError, answer, say, set_up

if TYPE_CHECKING:
    from salesyear.crm.models import Agency
    from salesyear.org.models import Rep, Unit, User

app = typer.Typer(help="People who may sign in: add one, list them.", no_args_is_help=True)


@app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="The address they sign in with.")],
    name: Annotated[str, typer.Option(help="Their name, as others see it.")] = "",
    role: Annotated[list[str] | None, typer.Option(help="A role; may be given several times.")] = None,
    unit: Annotated[str, typer.Option(help="Code of the unit that a regional manager manages.")] = "",
    agency: Annotated[str, typer.Option(help="Code of the agency that an agent orders for.")] = "",
    rep: Annotated[str, typer.Option(help="Code of the salesperson that they are.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Make an account and give it its roles; without a role it can do nothing.

    Without --password-stdin a password is made up and shown once, here and nowhere else.

    Example: [bold]salesyear user add wang@example.com --name 王芳 --role regional_manager --unit east[/bold]
    """
    set_up()
    roles = _known_roles(role or [])
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    user = _keep(email, name or email.partition("@")[0], password, roles, unit=unit, agency=agency, rep=rep)
    made_up = {} if password_stdin else {"password": password}
    if as_json:
        answer({"email": user.email, "name": user.name, "roles": roles, **made_up})
        return
    say(f"{user.email} may sign in" + (f" as {', '.join(roles)}." if roles else ", but can do nothing without a role."))
    if made_up:
        say(f"Password, shown this once: {password}")


@app.command("list")
def listed(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """List everybody who has an account, with the roles in force today.

    Example: [bold]salesyear user list --json[/bold]
    """
    set_up()
    from django.utils import timezone

    from salesyear.org.models import Grant, User, in_force

    held: dict[int, list[str]] = {}
    for key, role in Grant.objects.filter(in_force(timezone.localdate())).values_list("user_id", "role"):
        held.setdefault(key, []).append(role)
    people = [
        {"email": user.email, "name": user.name, "active": user.is_active, "roles": sorted(held.get(user.pk, []))}
        for user in User.objects.order_by("email")
    ]
    if as_json:
        answer(people)
    else:
        _show(people)


def _show(people: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not people:
        say("Nobody may sign in yet. Add somebody: salesyear user add EMAIL --name NAME --role administrator")
        return
    table = Table("E-mail", "Name", "Active", "Roles", box=None)
    for person in people:
        table.add_row(person["email"], person["name"], "yes" if person["active"] else "no", ", ".join(person["roles"]))
    Console().print(table)


def _known_roles(asked: list[str]) -> list[str]:
    from salesyear.org.models import Role

    for role in asked:
        if role not in Role.values:
            raise UserError(f"There is no role “{role}”. It must be one of: {', '.join(Role.values)}.")
    return asked


def _keep(email: str, name: str, password: str, roles: list[str], **codes: str) -> User:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email
    from django.db import transaction

    from salesyear.crm.models import Agency
    from salesyear.org import services
    from salesyear.org.models import Rep, Role, Unit, User

    try:
        validate_email(email)
        validate_password(password, User(email=email, name=name))
    except ValidationError as mistake:
        raise UserError(f"{email}: {' '.join(mistake.messages)}") from mistake
    unit, agency = _by_code(Unit, codes["unit"], ends_on=None), _by_code(Agency, codes["agency"])
    rep = _by_code(Rep, codes["rep"])
    with transaction.atomic():
        user = services.add_user(email=email, name=name, password=password, rep=rep)
        for role in roles:
            of = {Role.REGIONAL_MANAGER: {"unit": unit}, Role.AGENT: {"agency": agency}}.get(Role(role), {})
            services.give_role(user, role, **of)
    return user


def _by_code(model: type[Unit | Agency | Rep], code: str, **more: object) -> Any:  # noqa: ANN401 - a row, or None
    from salesyear.core.scope import Scope

    if not code:
        return None
    rows = model.objects.within(Scope.system("adding a user by command"))
    row = rows.filter(code=code, **more).first()
    if row is None:
        some = ", ".join(rows.filter(**more).order_by("code").values_list("code", flat=True)[:8]) or "none yet"
        raise UserError(f"There is no {model._meta.verbose_name} with the code “{code}”. There is: {some}.")
    return row
