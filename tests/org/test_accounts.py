"""Signing in and out, and that what is taken away is gone at the next request (case 32)."""

from __future__ import annotations

from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from cast import PASSWORD, Cast
from salesyear.core.models import Event
from salesyear.org import services
from salesyear.org.models import User

LIST = "/data/customers/"


def sign_in(email: str, password: str = PASSWORD, client: Client | None = None) -> Client:
    """Go through the door as a person does."""
    browser = client or Client()
    browser.get(reverse("account_login"))
    browser.post(reverse("account_login"), {"login": email, "password": password})
    return browser


def opens(client: Client) -> bool:
    """Say whether a list opens, and is not the way to the door."""
    return client.get(LIST).status_code == 200


def test_the_session_gets_a_new_key_at_sign_in(cast: Cast) -> None:
    browser = Client()
    session = browser.session
    session["before"] = "sign-in"
    session.save()
    planted = session.session_key
    sign_in("li@example.com", client=browser)
    assert opens(browser)
    assert browser.session.session_key != planted


def test_a_wrong_password_opens_nothing_and_says_the_same_for_a_stranger(cast: Cast) -> None:
    door = reverse("account_login")
    known = Client().post(door, {"login": "li@example.com", "password": "wrong"})
    stranger = Client().post(door, {"login": "who@example.com", "password": "wrong"})
    assert known.status_code == stranger.status_code == 200
    assert str(known.context["form"].errors) == str(stranger.context["form"].errors)


def test_five_wrong_tries_lock_the_door_for_a_while_and_for_that_address_only(cast: Cast) -> None:
    for _ in range(5):
        sign_in("li@example.com", "wrong")
    locked = Client().post(reverse("account_login"), {"login": "li@example.com", "password": PASSWORD})
    assert locked.status_code == 429
    assert not opens(sign_in("li@example.com"))
    assert opens(sign_in("sun@example.com"))


def test_nobody_makes_an_account_by_themselves(cast: Cast) -> None:
    form = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    Client().post(reverse("account_signup"), form)
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_second_factor_is_asked_for_once_it_is_set(cast: Cast) -> None:
    user = cast.users["director"]
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    browser = sign_in(user.email)
    assert not opens(browser)
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    browser.post(reverse("mfa_authenticate"), {"code": code})
    assert opens(browser)


def test_a_second_factor_can_be_set_up_on_the_page(cast: Cast) -> None:
    browser = sign_in("li@example.com")
    page = reverse("mfa_activate_totp")
    asked_again = browser.get(page).headers["Location"]  # setting it up asks for the password once more
    browser.post(asked_again, {"password": PASSWORD})
    secret = browser.get(page).context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    browser.post(page, {"code": code})
    again = sign_in("li@example.com")
    assert not opens(again)


def test_signing_out_closes_the_session(cast: Cast) -> None:
    browser = sign_in("li@example.com")
    cookie = browser.cookies["sessionid"].value
    browser.post(reverse("account_logout"))
    stolen = Client()
    stolen.cookies["sessionid"] = cookie
    assert not opens(stolen)


def test_a_new_password_ends_the_other_sessions(cast: Cast) -> None:
    here, elsewhere = sign_in("li@example.com"), sign_in("li@example.com")
    new = "another-horse-battery"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    here.post(reverse("account_change_password"), form)
    assert not opens(elsewhere)
    assert opens(sign_in("li@example.com", new))


def test_a_role_taken_away_is_gone_at_the_next_request(cast: Cast) -> None:
    browser = sign_in("li@example.com")
    assert opens(browser)
    services.take_role(cast.users["li"].grants.get(), actor=cast.users["admin"])
    assert browser.get(LIST).status_code == 403
    assert browser.get("/").status_code == 200  # they are still signed in, and may do nothing


def test_a_closed_account_is_out_at_the_next_request(cast: Cast) -> None:
    browser = sign_in("li@example.com")
    services.deactivate_user(cast.users["li"], actor=cast.users["admin"])
    assert browser.get(LIST).status_code == 302
    assert not opens(sign_in("li@example.com"))


def test_the_list_of_sessions_ends_the_others(cast: Cast) -> None:
    here, elsewhere = sign_in("li@example.com"), sign_in("li@example.com")
    assert here.get(reverse("usersessions_list")).status_code == 200
    here.post(reverse("usersessions_list"))
    assert opens(here)
    assert not opens(elsewhere)


def test_an_administrator_makes_a_user_who_can_do_nothing_until_given_a_role(cast: Cast) -> None:
    """Case 8, and the way a new colleague comes in."""
    admin = sign_in("admin@example.com")
    made = admin.post(reverse("user-add"), {"email": "Zhou@Example.com", "name": "周敏", "rep": cast.reps["zhao"].pk})
    zhou = User.objects.get(email="zhou@example.com")
    assert made.headers["Location"] == reverse("user", args=[zhou.pk])
    password = admin.get(made.headers["Location"]).content.decode().split("shown only now: ")[1].split("<")[0].strip()
    browser = sign_in("zhou@example.com", password)
    assert browser.get(LIST).status_code == 403
    give = reverse("user-role-give", args=[zhou.pk])
    assert admin.post(give, {"role": "regional_manager", "starts_on": "2024-01-01"}).status_code == 422
    admin.post(give, {"role": "salesperson", "starts_on": "2024-01-01"})
    assert opens(browser)
    verbs = list(Event.objects.filter(subject="zhou@example.com").values_list("verb", flat=True))
    assert verbs == ["org.user.added", "org.role.given"]


def test_a_contact_is_masked_until_somebody_looks_and_that_is_recorded(cast: Cast) -> None:
    finance = sign_in("finance@example.com")
    row = reverse("customers-row", args=[cast.customers[0].pk])
    assert "18600000001" not in finance.get(row).content.decode()
    shown = finance.post(reverse("customer-unmask", args=[cast.customers[0].pk]))
    assert "18600000001" in shown.content.decode()
    assert Event.objects.filter(verb="crm.contact.unmasked", subject="C01", actor=cast.users["finance"]).exists()
