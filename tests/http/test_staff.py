"""The staff over HTTP: the cookie, who may do what with it, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from chat.people.roles import Role
from tests.conftest import Server, listening
from tests.http.asking import ask
from tests.http.staffing import PASSWORD, account, answered, carried, cookies, log_in, said, try_in

Start = Callable[..., Server]


def me(server: Server, token: str) -> int:
    return ask(server.address, "GET", "/api/staff/me", carried(server.address, token)).status


def test_the_cookie_is_of_this_host_of_no_script_and_of_no_other_site(shared_server: Server) -> None:
    answer = try_in(shared_server.address, account(shared_server, Role.ADMIN).name)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["cache-control"] == "no-store"
    login, device = answer.headers["set-cookie"].split(" | ")
    assert login.startswith("__Host-staff=")
    assert device.startswith("__Host-staff-device=")
    for cookie in (login, device):
        attributes = {attribute.strip().lower() for attribute in cookie.split(";")[1:]}
        assert {"httponly", "secure", "samesite=strict", "path=/"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)
    assert "max-age" not in login.lower()


def test_the_second_factor_and_its_recovery_are_asked_for(shared_server: Server) -> None:
    who = account(shared_server, Role.MODERATOR, totp=True)
    assert who.uri.startswith("otpauth://totp/Sans%20Masque:")
    refused = try_in(shared_server.address, who.name)
    assert (refused.status, refused.code) == (401, "second_factor_needed")
    assert "set-cookie" not in refused.headers
    code = who.code()
    assert try_in(shared_server.address, who.name, code=code).status == 204
    again = try_in(shared_server.address, who.name, code=code)
    assert (again.status, again.code) == (401, "second_factor_wrong")
    assert try_in(shared_server.address, who.name, code=who.codes[0]).status == 204
    assert try_in(shared_server.address, who.name, code=who.codes[0]).status == 401


def test_a_token_is_new_at_each_login_and_the_one_before_is_over(shared_server: Server) -> None:
    address, who = shared_server.address, account(shared_server, Role.MODERATOR)
    first = log_in(address, who)
    second = log_in(address, who, carried(address, first))
    assert first != second
    assert [me(shared_server, token) for token in (first, second)] == [401, 200]


def test_tries_are_throttled_with_the_time_to_wait(start: Start) -> None:
    server = start()
    who = account(server, Role.MODERATOR)
    answers = [try_in(server.address, who.name, password="faux mot de passe") for _ in range(7)]
    assert [answer.status for answer in answers] == [401] * 6 + [429]
    assert answers[-1].code == "login_throttled"
    assert 0 < answered(answers[-1])["retry_after"] <= 2
    assert int(answers[-1].headers["retry-after"]) in (1, 2)


def test_no_site_acts_by_the_cookie_but_ours(shared_server: Server) -> None:
    address = shared_server.address
    shown = carried(address, log_in(address, account(shared_server, Role.ADMIN)))
    for strange in ({"Origin": "https://ailleurs.example"}, {"Origin": address, "Sec-Fetch-Site": "cross-site"}):
        answer = ask(address, "POST", "/api/staff/logout", {**shown, **strange})
        assert (answer.status, answer.code) == (403, "origin_refused")
    assert ask(address, "POST", "/api/staff/logout", {"Cookie": shown["Cookie"]}).status == 403
    assert ask(address, "POST", "/api/staff/logout", {**shown, "Sec-Fetch-Site": "same-origin"}).status == 204


def test_who_logs_out_is_out_and_the_cookie_goes(shared_server: Server) -> None:
    address, who = shared_server.address, account(shared_server, Role.FACILITATOR)
    token, other = log_in(address, who), log_in(address, who)
    answer = ask(address, "POST", "/api/staff/logout", carried(address, token))
    assert answer.status == 204
    assert cookies(answer)["__Host-staff"] in ("", '""')
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert [me(shared_server, one) for one in (token, other)] == [401, 200]


def test_one_sees_and_ends_ones_own_logins_and_nobody_elses(shared_server: Server) -> None:
    address = shared_server.address
    who, somebody = account(shared_server, Role.ORGANISER), account(shared_server, Role.ADMIN)
    token, other, theirs = log_in(address, who), log_in(address, who), log_in(address, somebody)
    told = answered(ask(address, "GET", "/api/staff/me", carried(address, token)))
    assert (told["name"], told["role"]) == (who.name, "organiser")
    assert [login["current"] for login in told["sessions"]].count(True) == 1
    (id_,) = (login["id"] for login in told["sessions"] if not login["current"])

    def end(by: str, which: str) -> int:
        return ask(address, "DELETE", f"/api/staff/sessions/{which}", carried(address, by)).status

    assert [end(theirs, id_), end(token, id_[:4]), end(token, id_), end(token, id_)] == [404, 404, 204, 404]
    assert [me(shared_server, one) for one in (token, other, theirs)] == [200, 401, 200]


def test_an_admin_keeps_the_accounts_of_others_but_not_their_own(shared_server: Server) -> None:
    address = shared_server.address
    admin = account(shared_server, Role.ADMIN)
    shown = carried(address, log_in(address, admin))
    name = f"{admin.name} bis"
    made = ask(address, "POST", "/api/staff/accounts", *said({"name": name, "role": "facilitator"}, shown))
    assert made.status == 201
    told = answered(made)
    assert len(told["recovery_codes"]) == 10
    token = cookies(try_in(address, name, password=told["password"], code=told["recovery_codes"][0]))["__Host-staff"]
    path = f"/api/staff/accounts/{quote(name)}"
    listed = {one["name"]: one for one in answered(ask(address, "GET", "/api/staff/accounts", shown))}
    assert listed[name] == {
        "name": name,
        "role": "facilitator",
        "second_factor": True,
        "recovery_codes": 9,
        "sessions": 1,
    }
    assert PASSWORD not in str(listed)
    changed = ask(address, "PATCH", path, *said({"role": "moderator", "password": "new"}, shown))
    assert (changed.status, answered(changed)["role"]) == (200, "moderator")
    assert me(shared_server, token) == 401
    refused = {
        ("POST", "/api/staff/accounts", '{"name": "x/y", "role": "admin"}'): (422, "account_name"),
        ("POST", "/api/staff/accounts", '{"name": "Zed", "role": "member"}'): (422, "account_role"),
        ("PATCH", path, '{"role": "anyone"}'): (422, "account_role"),
        ("PATCH", "/api/staff/accounts/personne", "{}"): (404, "account_unknown"),
        ("PATCH", f"/api/staff/accounts/{quote(admin.name)}", '{"role": "moderator"}'): (409, "account_own"),
        ("DELETE", f"/api/staff/accounts/{quote(admin.name)}", ""): (409, "account_own"),
    }
    for (method, where, body), outcome in refused.items():
        answer = ask(address, method, where, {**shown, "Content-Type": "application/json"}, body.encode())
        assert (answer.status, answer.code) == outcome, (method, where, body)
    assert ask(address, "DELETE", path, shown).status == 204
    assert try_in(address, name, password=answered(changed)["password"]).code == "login_wrong"


def test_an_admin_logs_somebody_out_everywhere(shared_server: Server) -> None:
    address, who = shared_server.address, account(shared_server, Role.MODERATOR)
    shown = carried(address, log_in(address, account(shared_server, Role.ADMIN)))
    tokens = [log_in(address, who) for _ in range(2)]
    assert ask(address, "DELETE", f"/api/staff/accounts/{quote(who.name)}/sessions", shown).status == 204
    assert [me(shared_server, token) for token in tokens] == [401, 401]


def test_off_this_machine_the_staff_log_in_over_https_alone(start: Start) -> None:
    plain = start(public_url='"http://ecoute.example"')
    for host, outcome in (("ecoute.example", 403), ("localhost", 401)):
        answer = ask(
            listening(plain.process.pid),
            "POST",
            "/api/staff/login",
            *said({"name": "Alix", "password": PASSWORD}, {"Host": host}),
        )
        assert answer.status == outcome
    plain.stop()
    secure = start(public_url='"https://ecoute.example"', contact='"relais@ecoute.example"')
    headers, body = said({"name": "Alix", "password": PASSWORD}, {"Host": "ecoute.example"})
    assert ask(secure.address, "POST", "/api/staff/login", headers, body).code == "login_wrong"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"name": "", "password": "x"}', b'{"name": "a", "password": "b", "c": 1}']
)
def test_a_login_of_another_form_is_refused(shared_server: Server, body: bytes) -> None:
    answer = ask(shared_server.address, "POST", "/api/staff/login", {"Content-Type": "application/json"}, body)
    assert (answer.status, answer.code) == (400, "bad_request")


def test_a_server_whose_staff_has_no_second_factor_says_so_at_start(start: Start) -> None:
    server = start()
    account(server, Role.MODERATOR, totp=True)
    server.stop()
    assert "second_factor_missing" not in server.log.read_text()
    server = start()
    account(server, Role.MODERATOR)
    server.stop()
    start()
    assert '"accounts": 1' in server.log.read_text()
