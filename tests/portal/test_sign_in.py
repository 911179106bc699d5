"""Signing in: by password, by e-mailed code, with a second factor; nothing told to strangers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN, CODE = "/compte/login/", "/compte/login/code/"
PASSWORD = "des roseaux et des hérons"


def user_of(role: str, **values: Any) -> Any:
    user = UserFactory(groups=[role_name(role)], **values)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def partner() -> Any:
    return user_of(PARTNERS, username="lea", email="lea@structure.example")


def sign_in(client: Client, login: str, password: str = PASSWORD, **data: str) -> Any:
    return client.post(LOGIN, {"login": login, "password": password, **data})


# --- Password -----------------------------------------------------------------------


@pytest.mark.parametrize("login", ["lea", "lea@structure.example", " LEA@Structure.example "])
def test_by_user_name_or_address(client: Client, partner: Any, login: str) -> None:
    response = sign_in(client, login)
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("address", ["/admin/", "/admin/snippets/providers/provider/"])
def test_the_admin_leads_to_the_page_and_back(client: Client, partner: Any, address: str) -> None:
    first = client.get(address)
    second = client.get(first["Location"])
    assert second["Location"].startswith(LOGIN)
    page = client.get(second["Location"])
    assert f'name="next" value="{address}"' in page.text
    assert sign_in(client, "lea", next=address)["Location"] == address


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_nobody_is_led_to_another_site(client: Client, partner: Any, target: str) -> None:
    for way_in in ("/admin/login/", "/_util/login/"):
        assert "evil" not in client.get(way_in, {"next": target})["Location"]
    assert sign_in(client, "lea", next=target)["Location"] == "/admin/"
    assert client.post("/compte/logout/", {"next": target})["Location"] == "/"


@pytest.mark.parametrize("address", ["/admin/login/", "/_util/login/"])
def test_no_other_door_takes_a_password(client: Client, partner: Any, address: str) -> None:
    response = client.post(address, {"username": "lea", "password": PASSWORD})
    assert response.status_code == 302
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize(
    "address", ["/admin/password_reset/", "/admin/password_reset/done/", "/compte/signup/"]
)
def test_what_is_closed(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
    assert client.post(address, {"email": "a@b.example", "password1": PASSWORD}).status_code == 404


def test_who_has_no_access_is_told_and_not_sent_in_circles(client: Client) -> None:
    client.force_login(UserFactory(groups=[]))
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert "n’ouvre pas l’administration" in response.text


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: Client, partner: Any) -> None:
    said = []
    for login in ("lea@structure.example", "personne@structure.example"):
        response = sign_in(client, login, "autre chose")
        assert response.status_code == 200
        assert "autre chose" not in response.text
        page = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.text)
        said.append(page.replace(login, ""))
    assert said[0] == said[1]
    assert "ne vont pas ensemble" in said[0]


@pytest.mark.parametrize(
    ("known", "unknown"), [("lea", "max"), ("lea@structure.example", "max@structure.example")]
)
def test_a_wrong_password_takes_the_same_work_whether_or_not_the_account_exists(
    partner: Any, monkeypatch: pytest.MonkeyPatch, known: str, unknown: str
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    work: list[int] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        work.append(1)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    done = []
    for login in (known, unknown):
        work.clear()
        sign_in(Client(), login, "autre chose")
        done.append(len(work))
    assert done[0] == done[1] > 0


def test_guessing_is_slowed_down_for_everybody_who_guesses(client: Client, partner: Any) -> None:
    for _attempt in range(5):
        sign_in(Client(), "lea", "x")
    assert "Trop d’essais" in sign_in(Client(), "lea").text


def test_signed_out_from_the_admin(client: Client, partner: Any) -> None:
    client.force_login(partner)
    client.post("/admin/logout/")
    assert client.get("/admin/").status_code == 302


# --- Code ---------------------------------------------------------------------------


def code_of(text: str) -> str:
    return re.search(r"\b\d{4}-\d{4}\b", text)[0]  # type: ignore[index]


def test_by_a_code_that_is_sent_at_once(client: Client, partner: Any) -> None:
    response = client.post(CODE, {"email": "Lea@structure.example", "next": "/admin/account/"})
    page = client.get(response["Location"])
    assert "lea@structure.example" in page.text.lower()
    [message] = mail.outbox
    code = code_of(message.body)
    assert code not in message.subject
    assert "Connexion" not in message.from_email
    wrong = client.post("/compte/login/code/confirm/", {"code": "0000-0000"})
    assert "Ce n’est pas le code" in wrong.text
    right = client.post(
        "/compte/login/code/confirm/", {"code": code.replace("-", " "), "next": "/admin/account/"}
    )
    assert right["Location"] == "/admin/account/"
    assert client.get("/admin/").status_code == 200


def test_codes_are_in_no_screen_of_ours(client: Client, partner: Any) -> None:
    from intake.models import OutboxMessage

    client.post(CODE, {"email": "lea@structure.example"})
    client.post("/compte/password/reset/", {"email": "lea@structure.example"})
    assert len(mail.outbox) == 2
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("address", [CODE, "/compte/password/reset/"])
def test_an_unknown_address_gets_an_e_mail_too_and_the_same_page(
    client: Client, partner: Any, address: str
) -> None:
    pages = []
    for email in ("lea@structure.example", "qui@structure.example"):
        response = Client().post(address, {"email": email}, follow=True)
        page = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.text)
        pages.append(page.replace(email, ""))
    assert pages[0] == pages[1]
    known, unknown = mail.outbox
    assert (known.to, unknown.to) == (["lea@structure.example"], ["qui@structure.example"])
    assert "Aucun compte" in unknown.subject


def test_a_code_is_guessed_five_times_at_most(client: Client, partner: Any) -> None:
    client.post(CODE, {"email": "lea@structure.example"})
    code = code_of(mail.outbox[0].body)
    for _attempt in range(5):
        client.post("/compte/login/code/confirm/", {"code": "0000-0000"})
    response = client.post("/compte/login/code/confirm/", {"code": code})
    assert response.status_code == 302
    assert client.get("/admin/").status_code == 302


def test_a_mail_server_that_is_away_is_said_to_be(
    client: Client, partner: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(self: Any, messages: Any) -> int:
        raise OSError("lea@structure.example refused")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    for email in ("lea@structure.example", "qui@structure.example"):
        response = client.post(CODE, {"email": email})
        assert response.status_code == 503
        assert "n’a pas pu être envoyé" in response.text
    assert "lea@structure.example" not in caplog.text


# --- Password lost, address changed -----------------------------------------------------


def test_another_password(client: Client, partner: Any) -> None:
    client.post("/compte/password/reset/", {"email": "lea@structure.example"})
    link = re.search(r"http://testserver(/compte/password/reset/key/\S+)", mail.outbox[0].body)[1]  # type: ignore[index]
    page = client.get(link, follow=True)
    action = page.redirect_chain[-1][0]
    wrong = client.post(action, {"password1": "123", "password2": "123"})
    assert "trop court" in wrong.text
    new = "une barque sur l'étang"
    assert client.post(action, {"password1": new, "password2": new}, follow=True).status_code == 200
    assert client.get("/admin/").status_code == 302, "signing in comes after, with the second factor if any"
    assert sign_in(client, "lea", new)["Location"] == "/admin/"
    used = Client().get(link)
    assert "ne peut plus servir" in used.text


@pytest.mark.parametrize(
    "address", ["/compte/email/", "/compte/confirm-email/", "/compte/confirm-email/x:y/"]
)
def test_nobody_changes_an_address_by_themselves(client: Client, partner: Any, address: str) -> None:
    """It would take the place of another's, and the codes that go there."""
    client.force_login(partner)
    data = {"email": "max@autre.example", "action_add": ""}
    assert client.post(address, data).status_code == 404
    partner.refresh_from_db()
    assert partner.email == "lea@structure.example"
    assert not mail.outbox


def test_once_the_park_has_changed_it_the_old_address_opens_nothing(client: Client, partner: Any) -> None:
    client.post(CODE, {"email": "lea@structure.example"})
    client.post("/compte/login/code/confirm/", {"code": code_of(mail.outbox[0].body)})
    partner.refresh_from_db()
    partner.email = "lea@nouvelle.example"
    partner.save()
    for address in (CODE, "/compte/password/reset/"):
        Client().post(address, {"email": "lea@structure.example"})
        assert "Aucun compte" in mail.outbox[-1].subject
    assert "ne vont pas ensemble" in sign_in(Client(), "lea@structure.example").text
    assert sign_in(Client(), "lea@nouvelle.example").status_code == 302


def test_wagtails_own_screen_changes_neither(client: Client, partner: Any) -> None:
    client.force_login(partner)
    page = client.get("/admin/account/").text
    assert 'name="password-old_password"' not in page
    assert 'name="name_email-email"' not in page


# --- Second factor ----------------------------------------------------------------------


def set_up(client: Client, user: Any) -> str:
    """As a person does; returns the secret."""
    client.post("/compte/reauthenticate/", {"password": PASSWORD, "next": "/compte/2fa/totp/activate/"})
    page = client.get("/compte/2fa/totp/activate/")
    assert "<svg" in page.text
    assert "data:" not in page.text
    secret = page.context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    response = client.post("/compte/2fa/totp/activate/", {"code": code}, follow=True)
    assert response.status_code == 200
    return secret


def test_set_up_then_asked_for_whatever_the_way_in(client: Client, partner: Any) -> None:
    sign_in(client, "lea")
    assert client.get("/compte/2fa/").status_code == 200
    secret = set_up(client, partner)
    kept = Authenticator.objects.get(user=partner, type="totp")
    assert secret not in str(kept.data), "encrypted in the base"
    assert kept.wrap().validate_code("000000") is False
    codes = client.get("/compte/2fa/recovery-codes/").context["unused_codes"]

    by_password = Client()
    assert sign_in(by_password, "lea")["Location"].startswith("/compte/2fa/authenticate/")
    assert by_password.get("/admin/").status_code == 302
    assert by_password.get("/compte/2fa/authenticate/").status_code == 200
    assert "Ce n’est pas le code" in by_password.post("/compte/2fa/authenticate/", {"code": "000000"}).text
    assert by_password.post("/compte/2fa/authenticate/", {"code": codes[0]})["Location"] == "/admin/"
    assert by_password.get("/admin/").status_code == 200

    by_code = Client()
    by_code.post(CODE, {"email": "lea@structure.example"})
    by_code.post("/compte/login/code/confirm/", {"code": code_of(mail.outbox[-1].body)})
    assert by_code.get("/admin/").status_code == 302
    again = by_code.post("/compte/2fa/authenticate/", {"code": codes[0]})
    assert again.status_code == 200, "a recovery code opens once"


@pytest.mark.parametrize(
    ("role", "needed"), [(STAFF, True), (OPERATORS, True), (PARTNERS, False), (INSTITUTIONS, False)]
)
def test_required_of_staff_and_operators(client: Client, settings: Any, role: str, needed: bool) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    user = user_of(role, username="sam")
    sign_in(client, "sam")
    for address in (
        "/admin/",
        "/admin/account/",
        "/admin/availability/",
        "/admin/bulk/providers/provider/delete/",
    ):
        response = client.get(address)
        assert (
            response.status_code == 302 and response["Location"] == "/compte/2fa/totp/activate/"
        ) == needed
    if not needed:
        return
    assert client.get("/admin/", headers={"x-requested-with": "XMLHttpRequest"}).status_code == 403
    set_up(client, user)
    assert client.get("/admin/").status_code == 200
    client.post("/compte/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists(), "it may not be removed"


def test_not_required_where_the_setting_is_off(client: Client) -> None:
    user_of(STAFF, username="sam")
    sign_in(client, "sam")
    assert client.get("/admin/").status_code == 200


# --- The pages --------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LOGIN, CODE, "/compte/password/reset/", "/compte/password/reset/done/"])
def test_pages_are_strict_and_ours(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert '<html lang="fr">' in response.text
    assert "<script" not in response.text
    assert "noindex" in response.text
