"""Whether somebody can answer: one truth for the widget, the API and the hub."""

from __future__ import annotations

from livesupport.chat import protocol as p
from livesupport.chat.events import AgentIdentity, Draining, HoursChanged, Site, Topic
from livesupport.chat.machine import Running
from livesupport.rules import Rules
from tests.chat.cast import ANA, BEN, SHOP, WALL, Stage, a_talk

ORDERS, RETURNS = Topic(id=7, name="Orders"), Topic(id=8, name="Returns")
STORE = Site(id="shop", name="Store", topics=(ORDERS, RETURNS))


def state(stage: Stage, site: str = "shop") -> p.ServiceState:
    service = stage.machine.service(site, stage.now)
    assert service is not None
    return service.state


def test_open_means_that_somebody_is_there(stage: Stage) -> None:
    assert state(stage) == "no_agents"
    ana = stage.agent(ANA, "away")
    assert state(stage) == "no_agents"

    ana.wants_to_be("available")
    assert state(stage) == "open"
    assert stage.visitor().hears(p.Service).state == "open"


def test_who_serves_one_site_alone_is_nobody_on_another_and_is_not_rung_for_it() -> None:
    check = AgentIdentity(id=1, name="Self-check", site="check")
    stage = Stage(agents=(check,), sites=(SHOP, Site(id="check", name="Self-check", mode="pull")))
    robot = stage.agent(check)

    assert (state(stage, "check"), state(stage)) == ("open", "no_agents")
    vera = stage.visitor(site="check").asks()
    stage.run_for(1)
    assert [entry.may_pull for entry in robot.hears(p.Queue).waiting] == [True]
    assert vera.sees().status == "waiting"


def test_a_busy_agent_is_somebody_who_is_there() -> None:
    stage = Stage(agents=(AgentIdentity(id=1, name="Ana", capacity=1),))
    a_talk(stage)

    assert state(stage) == "open"


def test_an_agent_who_reloads_the_console_has_not_left_for_five_seconds(stage: Stage) -> None:
    ana = stage.agent(ANA)
    stage.visitor()
    ana.loses_connection()
    stage.run_for(4.875)
    assert state(stage) == "open"

    stage.run_for(0.125)
    assert state(stage) == "no_agents"


def test_a_chat_that_starts_while_the_only_agent_reloads_waits_for_her(stage: Stage) -> None:
    ana = stage.agent(ANA)
    ana.loses_connection()
    vera = stage.visitor().asks()
    stage.run_for(2)
    ana.arrives()

    assert ana.rings()
    assert vera.sees().status == "offered"


def test_a_full_queue_is_said_to_be_full_and_refuses_what_it_says() -> None:
    stage = Stage(Rules(queue_limit=2, queue_limit_per_seat=1), agents=(AgentIdentity(id=1, name="Ana", capacity=1),))
    a_talk(stage)
    stage.visitor("Olga").asks()
    assert state(stage) == "open"
    stage.visitor("Nino").asks()
    assert state(stage) == "busy_full"

    omid = stage.visitor("Omid").asks()
    assert omid.hears(p.Refused).code == "not_open"
    assert omid.hears(p.Service).state == "busy_full"


def test_three_waiting_per_seat_are_allowed_where_that_is_more() -> None:
    stage = Stage(Rules(queue_limit=2, queue_limit_per_seat=3), agents=(AgentIdentity(id=1, name="Ana", capacity=1),))
    a_talk(stage)
    for name in ("Olga", "Nino"):
        stage.visitor(name).asks()

    assert state(stage) == "open"
    stage.visitor("Omid").asks()
    assert state(stage) == "busy_full"


def test_outside_business_hours_the_site_is_closed_and_says_when_it_opens(stage: Stage) -> None:
    stage.agent(ANA)
    stage.happens(HoursChanged(site="shop", is_open=False, opens_at=WALL + stage.time + 600.0))
    vera = stage.visitor()

    service = vera.hears(p.Service)
    assert (service.state, service.opens_at, service.opens_in) == ("closed_hours", WALL + stage.time + 600.0, 600.0)
    assert vera.asks().hears(p.Refused).code == "not_open"

    stage.happens(HoursChanged(site="shop", is_open=True))
    assert state(stage) == "open"
    stage.run_for(1)
    assert vera.hears(p.Service).state == "open"


def test_closing_time_cuts_no_chat_and_changes_no_intent(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.happens(HoursChanged(site="shop", is_open=False))
    vera.says("Still there?")

    assert ana.texts == ["Where is my parcel?", "Still there?"]
    assert ana.me().intent == "available"


def test_somebody_who_waits_at_closing_time_is_still_served(stage: Stage) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor().asks()
    stage.happens(HoursChanged(site="shop", is_open=False))
    ana.accepts()

    assert vera.sees().status == "active"


def test_each_topic_has_a_state_of_its_own_and_the_site_is_open_when_one_is() -> None:
    stage = Stage(sites=(STORE,), agents=(AgentIdentity(id=1, name="Ana", topics=frozenset({8})),))
    stage.agent(ANA)

    service = stage.visitor().hears(p.Service)
    assert [(topic.name, topic.state) for topic in service.topics] == [("Orders", "no_agents"), ("Returns", "open")]
    assert service.state == "open"


def test_where_there_are_topics_one_must_be_chosen_so_that_the_answer_is_true() -> None:
    stage = Stage(sites=(STORE,), agents=(AgentIdentity(id=1, name="Ana", topics=frozenset({8})),))
    stage.agent(ANA)
    vera = stage.visitor()

    assert vera.asks().hears(p.Refused).code == "bad_topic"
    assert vera.asks(topic=9).hears(p.Refused).code == "bad_topic"
    assert vera.asks(topic=7).hears(p.Refused).code == "not_open"
    assert vera.asks(topic=8).sees().status == "offered"


def test_an_agent_who_is_not_for_this_topic_is_nobody_here_and_one_without_topics_is_for_all() -> None:
    stage = Stage(sites=(STORE,), agents=(ANA, AgentIdentity(id=2, name="Ben", topics=frozenset({8}))))
    stage.agent(BEN)
    assert stage.visitor().hears(p.Service).topics[0].state == "no_agents"

    stage.agent(ANA)
    assert stage.visitor().hears(p.Service).topics[0].state == "open"


def test_a_server_that_is_about_to_stop_is_not_open(stage: Stage) -> None:
    stage.agent(ANA)
    vera = stage.visitor()
    stage.happens(Draining())

    assert state(stage) == "no_agents"
    assert vera.asks().hears(p.Refused).code == "shutting_down"
    stage.run_for(1)
    assert vera.hears(p.Service).state == "no_agents"


def test_a_server_whose_memory_is_full_never_says_that_it_is_open() -> None:
    stage = Stage(Rules(bytes_of_all_chats=400))
    vera, _ana = a_talk(stage)
    vera.says("a" * 100)

    assert state(stage) == "busy_full"
    assert stage.visitor("Olga").asks().hears(p.Refused).code == "not_open"
    assert vera.says("one more").hears(p.Refused).code == "memory_full"


def test_panels_learn_of_a_change_within_a_second_and_only_of_a_change(stage: Stage) -> None:
    vera = stage.visitor()
    stage.run_for(5)
    vera.listens_anew()
    ana = stage.agent(ANA)
    stage.run_for(1)
    assert vera.hears(p.Service).state == "open"

    vera.listens_anew()
    ana.opens_another_tab()
    stage.run_for(5)
    vera.hears_no(p.Service)

    ana.wants_to_be("away")
    stage.run_for(1)
    assert vera.hears(p.Service).state == "no_agents"


def test_panels_learn_of_their_own_site_only() -> None:
    stage = Stage(sites=(SHOP, Site(id="bank", name="Bank")))
    vera = stage.visitor(site="bank")
    stage.run_for(2)
    vera.listens_anew()
    stage.happens(HoursChanged(site="shop", is_open=False))
    stage.run_for(2)

    vera.hears_no(p.Service)


def test_a_closed_site_is_not_told_again_and_again_how_long_it_stays_closed(stage: Stage) -> None:
    stage.happens(HoursChanged(site="shop", is_open=False, opens_at=WALL + 9000.0))
    vera = stage.visitor()
    stage.run_for(2)
    vera.listens_anew()
    for intent in ("away", "available", "away"):
        stage.agent(ANA, intent)
        stage.run_for(2)

    vera.hears_no(p.Service)


def test_a_panel_in_a_chat_is_not_bothered_with_availability(stage: Stage) -> None:
    vera, ana = a_talk(stage)
    stage.run_for(2)
    vera.listens_anew()
    ana.wants_to_be("away")
    stage.run_for(2)

    vera.hears_no(p.Service)


def test_an_unknown_site_has_no_service(stage: Stage) -> None:
    assert stage.machine.service("nowhere", stage.now) is None


def test_a_site_that_was_removed_takes_no_new_chat_and_finishes_the_running_ones() -> None:
    stage = Stage(sites=(SHOP, Site(id="old", name="Old")))
    ana, ben, vera, olga = stage.agent(ANA), stage.agent(BEN), stage.visitor(site="old"), stage.visitor("Olga", site="old")
    vera.asks()
    stage.directory(sites=(SHOP,))
    ana.declines()

    assert ben.accepts().sees().status == "active"
    assert olga.asks().hears(p.Refused).code == "unknown_site"
    command = p.LeaveRequest(id="A" * 22, name="Olga", phone="+1", question="?")
    assert olga.listens_anew().does(command).hears(p.Refused).code == "unknown_site"


def test_it_is_known_who_talks_with_whoever_has_a_phone_number_and_not_what(stage: Stage) -> None:
    ana = stage.agent(ANA)
    vera = stage.visitor().asks(phone="+995555000001")
    assert stage.machine.running("+995555000001", "") == Running(vera.chat, None)
    ana.accepts()
    assert stage.machine.running("+995555000001", "") == Running(vera.chat, ANA.id)
    assert stage.machine.running("+995555000002", "") is None
    assert stage.machine.running("", "") is None
    vera.does(p.Save())
    stage.saves("1001-7")
    assert stage.machine.running("", "1001-7") == Running(vera.chat, ANA.id)
    vera.does(p.VisitorEnd())
    assert stage.machine.running("+995555000001", "1001-7") is None
