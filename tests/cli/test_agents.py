"""`livesupport agent`."""

from __future__ import annotations

from tests.cli.conftest import Terminal

PASSWORD = "a good long password\n"


def test_a_person_is_added_before_the_server_ever_ran(livesupport: Terminal) -> None:
    done = livesupport(
        *("agent", "create", "Ana", "--name", "Ana B.", "--role", "supervisor", "--capacity", "5"),
        *("--language", "ka", "--language", "en"),
        typed=PASSWORD,
    )

    assert (done.exit_code, done.stdout) == (0, "Ana can sign in now.\n")
    (ana,) = livesupport.ask(lambda services: services.accounts.agents())
    assert (ana.login, ana.name, ana.role, ana.capacity, ana.languages) == ("ana", "Ana B.", "supervisor", 5, ("ka", "en"))
    assert livesupport.ask(lambda services: services.accounts.sign_in("ana", PASSWORD.strip()))


def test_the_password_is_shown_nowhere(livesupport: Terminal) -> None:
    done = livesupport("agent", "create", "ana", typed=PASSWORD)

    assert PASSWORD.strip() not in done.output


def test_what_is_wrong_is_told_by_field_and_nothing_is_written(livesupport: Terminal) -> None:
    done = livesupport("agent", "create", "ana", typed="short\n")

    assert done.exit_code == 1
    assert done.stderr == "password: Choose a password of 8 to 256 characters.\n"
    assert livesupport.ask(lambda services: services.accounts.agents()) == []


def test_a_login_belongs_to_one_person(livesupport: Terminal) -> None:
    livesupport("agent", "create", "ana", typed=PASSWORD)

    done = livesupport("agent", "create", "ANA", typed=PASSWORD)

    assert (done.exit_code, done.stderr) == (1, "this login is taken\n")


def test_the_list_shows_everybody_once_and_who_is_disabled(livesupport: Terminal) -> None:
    for login in ("ana", "ben"):
        livesupport("agent", "create", login, typed=PASSWORD)

    assert livesupport("agent", "disable", "ben").stdout == "ben is disabled and signed out.\n"

    rows = [line.split() for line in livesupport("agent", "list").stdout.splitlines()]
    assert rows[1:] == [["ana", "ana", "agent", "-", "-", "enabled"], ["ben", "ben", "agent", "-", "-", "disabled"]]
    assert livesupport("agent", "enable", "ben").exit_code == 0
    assert "disabled" not in livesupport("agent", "list").stdout


def test_the_last_administrator_stays(livesupport: Terminal) -> None:
    livesupport("agent", "create", "mari", "--role", "administrator", typed=PASSWORD)

    done = livesupport("agent", "disable", "mari")

    assert (done.exit_code, done.stderr) == (1, "the last administrator cannot be disabled\n")


def test_a_new_password_replaces_the_old_one(livesupport: Terminal) -> None:
    livesupport("agent", "create", "ana", typed=PASSWORD)

    assert livesupport("agent", "password", "ana", typed="another long one\n").exit_code == 0

    assert livesupport.ask(lambda services: services.accounts.sign_in("ana", "another long one"))


def test_somebody_unknown_is_told_so(livesupport: Terminal) -> None:
    for words in (("disable", "eve"), ("enable", "eve"), ("password", "eve")):
        done = livesupport("agent", *words, typed=PASSWORD)

        assert (done.exit_code, done.stderr) == (1, "no such agent\n")
