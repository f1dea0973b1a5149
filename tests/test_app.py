"""Explore, money and start: each control changes the scenario that runs, and what is wrong is told on the page."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace

import pytest
from here import box, here, page_of, words
from hostile import FILE, FINE, REFUSED

from simulator.errors import BadInput
from simulator.findings import what_recovery_costs
from simulator.levers import levers
from simulator.link import link_of
from simulator.proposal import OWN, Proposal
from simulator.scenario import fingerprint, load
from simulator.screens import desk as desk_room
from simulator.screens import memory, money, navigation, outcome, pieces, serving, state
from simulator.visit import MOST_SAVED, Visit, opened, plain

__all__ = ["here"]

pytestmark = pytest.mark.usefixtures("here")

FEW = Visit(replications=4)


def explore(visit=FEW):
    at = page_of("explore", visit.link)
    assert not at.exception
    return at


def visit_of(at) -> Visit:
    return at.session_state[state.VISIT]


def plan_of(at):
    return fingerprint(visit_of(at).plan.scenario())


def test_the_page_opens_with_results_and_says_that_nothing_is_changed():
    at = explore()
    assert at.title[0].value == "Explore: what happens if…?"
    assert at.warning[0].value.startswith("Illustrative")
    assert "Nothing is changed yet" in words(at)
    assert len(at.metric) == 4


def test_there_is_a_slider_for_every_lever():
    at = explore()
    keys = {each.key for each in at.slider}
    assert {f"slide {lever.path} 0" for lever in levers()} <= keys


@pytest.mark.parametrize("path", [lever.path for lever in levers()])
def test_every_slider_changes_the_scenario_that_runs(path):
    at = explore()
    before = plan_of(at)
    slider = at.slider(key=f"slide {path} 0")
    wanted = slider.min if slider.value != slider.min else (slider.min + slider.max) / 2
    slider.set_value(wanted).run()
    assert not at.exception
    assert plan_of(at) != before
    assert at.slider(key=f"slide {path} 0").value == pytest.approx(wanted)
    assert "Nothing is changed yet" not in words(at)


def test_every_exact_value_changes_the_scenario_that_runs():
    at = explore()
    keys = [each.key for each in at.number_input if each.key.startswith("type ")]
    assert len(keys) > 30
    same = []
    for begins in (key.partition(" = ")[0] for key in keys):
        before = plan_of(at)
        wanted = box(at, begins)
        wanted.set_value(0.5 * wanted.value if wanted.value else 1.0).run()
        assert not at.exception, begins
        if plan_of(at) == before:
            same.append(begins)
    assert not same


def test_a_browser_that_is_behind_undoes_nothing():
    """It sends what stood in a box before a slider moved all years; that is nothing that somebody typed."""
    at = explore()
    stale = box(at, "type plan.reintegration_share 0 4")
    at.slider(key="slide plan.reintegration_share 0").set_value(10.0)
    stale.set_value(stale.value)
    at.run()
    assert visit_of(at).plan.scenario().plan.reintegration_share == 0.1
    at.slider(key="slide plan.reintegration_share 0").set_value(20.0)
    stale.set_value(0.0)
    at.run()
    assert visit_of(at).plan.scenario().plan.reintegration_share == 0.2


def test_one_year_typed_leaves_the_others():
    at = explore()
    box(at, "type plan.reintegration_share 0 1").set_value(10.0).run()
    plan = visit_of(at).plan.scenario().plan
    assert plan.reintegration_share == (0.0, 0.1, 0.0, 0.0, 0.0)
    assert plan.treatment_share == (1.0, 0.9, 1.0, 1.0, 1.0)
    assert "Differs by year" in words(at)


@pytest.mark.parametrize("key", ["base", "against"])
def test_every_choice_of_a_scenario_is_taken(key):
    at = explore()
    for name in at.selectbox(key=key).options:
        assert name
    at.selectbox(key=key).set_value("park").run()
    assert not at.exception
    now = visit_of(at)
    assert (now.plan.base if key == "base" else now.against) == "park"


def test_who_acts_changes_the_scenario_that_runs(here):
    at = explore()
    for acting in ("one_of_eight", "all_of_eight"):
        at.radio(key="acting").set_value(acting).run()
        assert not at.exception
        assert visit_of(at).plan.acting == acting
        assert len(visit_of(at).plan.scenario().partnerships) == 2


def test_an_assumption_is_changed_on_both_sides():
    at = explore()
    path = "world.support.cost_gbp_per_week"
    at.multiselect(key="assumptions").set_value([path]).run()
    at.number_input(key=f"assume {path}").set_value(33.0).run()
    assert not at.exception
    now = visit_of(at)
    assert now.plan.scenario().world.support.cost_gbp_per_week == 33
    assert now.baseline.scenario().world.support.cost_gbp_per_week == 33
    assert "Assumed" in words(at)
    at.number_input(key=f"assume {path}").set_value(1e9).run()
    assert "nothing was changed" in words(at)
    assert visit_of(at) == now


def test_runs_and_seed_are_taken(here):
    at = explore()
    at.select_slider(key="replications").set_value(20).run()
    at.number_input(key="seed").set_value(7).run()
    assert not at.exception
    assert (visit_of(at).replications, visit_of(at).seed) == (20, 7)


def test_steps_are_taken_back_and_again():
    at = explore()
    at.slider(key="slide plan.stretch_share 0").set_value(10.0).run()
    changed = visit_of(at)
    button(at, "Undo").click().run()
    assert visit_of(at) == FEW
    assert at.slider(key="slide plan.stretch_share 0").value == 5.0
    button(at, "Redo").click().run()
    assert visit_of(at) == changed
    button(at, "Start afresh").click().run()
    assert visit_of(at).plan == Proposal()
    button(at, "Undo").click().run()
    assert visit_of(at) == changed


def button(at, label):
    return next(each for each in at.button if each.label.startswith(label))


def test_a_lever_is_put_back():
    at = explore()
    at.slider(key="slide plan.reintegration_share 0").set_value(10.0).run()
    button(at, "Put back: share for reintegration").click().run()
    assert visit_of(at).plan == Proposal()


def test_shares_of_more_than_the_whole_change_nothing_and_are_told():
    at = explore(replace(FEW, plan=Proposal("engage_other_drugs")))
    before = visit_of(at)
    box(at, "type plan.reintegration_share 0 all").set_value(100.0).run()
    assert not at.exception
    assert visit_of(at) == before
    assert "That cannot be, so nothing was changed" in words(at)
    assert "come to 100%" in words(at).replace("\\", "")


def test_a_proposal_is_named_put_aside_and_opened():
    at = explore()
    at.slider(key="slide plan.stretch_share 0").set_value(10.0).run()
    at.text_input[0].set_value("My *plan*")
    at.text_area[0].set_value("=because")
    button(at, "Put aside").click().run()
    assert not at.exception
    (saved,) = visit_of(at).saved
    assert (saved.title, saved.reason, saved.name) == ("My *plan*", "=because", "my_plan")
    button(at, "Start afresh").click().run()
    button(at, "Open").click().run()
    assert visit_of(at).plan == saved


def test_a_shared_link_opens_what_was_shared():
    plan = Proposal("park").with_changes({"plan.stretch_share": 0.2})
    at = explore(Visit(plan=plan, against="move_on", replications=4))
    assert at.slider(key="slide plan.stretch_share 0").value == 20.0
    assert at.selectbox(key="against").value == "move_on"


@pytest.mark.parametrize(
    "link",
    [
        "x",
        "1" + "0" * 40,
        Visit(seed=5).link[:-3],
        link_of({"plan": {"base": "/etc/passwd"}}),
        link_of({"plan": {"changes": [["plan.stretch_share", "lots"]]}}),
        link_of({"plan": {"base": OWN, "own_file": "{"}}),
        link_of({"seed": "<script>"}),
    ],
)
def test_a_bad_link_is_told_and_the_page_lives_on(link):
    at = page_of("explore", link)
    assert not at.exception
    assert "The link could not be opened" in at.error[0].value
    assert visit_of(at) == Visit()
    assert at.slider


def test_a_link_of_a_moment_ago_does_not_undo_what_came_after():
    at = explore()
    at.slider(key="slide plan.stretch_share 0").set_value(10.0).run()
    now = visit_of(at)
    at.query_params["s"] = FEW.link
    at.run()
    assert visit_of(at) == now


def test_results_of_before_are_marked_and_told_as_what_they_were(here, monkeypatch):
    at = explore()
    at.slider(key="slide plan.stretch_share 0").set_value(10.0).run()
    monkeypatch.setattr(here._pool, "submit", never)
    at.slider(key="slide plan.stretch_share 0").set_value(20.0).run()
    assert not at.exception
    told = words(at)
    assert "These are the results of before" in told
    assert "10%" in at.subheader[-1].value
    assert button(at, "Stop")


def never(*_):
    from concurrent.futures import Future

    return Future()


def test_runs_are_stopped_and_gone_on_with(here, monkeypatch):
    at = explore()
    whole = here._pool.submit
    monkeypatch.setattr(here._pool, "submit", never)
    at.slider(key="slide plan.stretch_share 0").set_value(12.0).run()
    button(at, "Stop").click().run()
    assert "Stopped at 0 of 4 pairs of runs." in words(at)
    monkeypatch.setattr(here._pool, "submit", whole)
    button(at, "Go on").click().run()
    at.run()
    assert "Stopped" not in words(at)


def test_a_worker_that_crashes_is_told_and_the_page_lives_on(here, monkeypatch):
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    def crashes(*_):
        future = Future()
        future.set_exception(BrokenProcessPool())
        return future

    at = explore()
    whole = here._pool.submit
    monkeypatch.setattr(here._pool, "submit", crashes)
    at.slider(key="slide plan.stretch_share 0").set_value(13.0).run()
    assert not at.exception
    assert "ended from outside" in words(at)
    monkeypatch.setattr(here._pool, "submit", whole)
    button(at, "Go on").click().run()
    at.run()
    assert "ended from outside" not in words(at)


def test_harm_is_told_below_the_figures_and_made_once(monkeypatch):
    made = []
    told_of = outcome.what_it_harms
    monkeypatch.setattr(outcome, "what_it_harms", lambda *both: made.append(both) or told_of(*both))
    plan = Proposal().with_changes({"plan.move_on_delay_days": 3.0})
    at = explore(replace(FEW, plan=plan))
    at.run()
    assert len(made) == 1
    ((baseline, other),) = made
    (harm,) = (each.value for each in at.markdown if each.value.startswith("#### "))
    assert harm.startswith("#### What it does to harm\n")
    for figure in told_of(baseline, other).figures:
        (line,) = (each for each in harm.splitlines() if each.startswith(f"- {figure.name}: "))
        said = {"open": "too close to call", "same": "no difference"}.get(figure.sign, figure.text)
        assert said in plain_text(line)
        assert figure.sign == "same" or f"({figure.interval})" in plain_text(line)
    assert what_recovery_costs(baseline, other).sentence in plain_text(harm)


def plain_text(told):
    """Without what keeps the page from reading marks into it."""
    return told.replace("\\", "").replace("\u2060", "")


def test_what_changes_nothing_harms_nobody():
    told = plain_text(words(explore()))
    assert told.count(": no difference") == 3
    assert "As much is spent, and as many people are in recovery." in told


def test_figures_stand_in_rows_of_cards_that_are_as_high_as_each_other():
    rows = [row for row in inside(explore().main) if [*held(row, 2)] == ["metric"] * 2]
    assert len(rows) == 2
    for row in rows:
        for column in row.children.values():
            (card,) = column.children.values()
            assert card.proto.height_config.use_stretch


def inside(block):
    """A block of a page with all that are in it."""
    yield block
    for each in getattr(block, "children", {}).values():
        yield from inside(each)


def held(block, floors):
    """What kind each first thing is that lies so many blocks deep, side by side."""
    for each in getattr(block, "children", {}).values():
        if floors:
            yield from [*held(each, floors - 1)][:1]
        else:
            yield each.type


def test_a_link_to_share_is_that_of_what_is_before_the_visitor():
    plan = Proposal().with_changes({"plan.stretch_share": 0.2})
    at = explore(replace(FEW, plan=plan))
    (link,) = (each.value for each in at.code if f"?{state.PARAMETER}=" in each.value)
    assert opened(link.partition(f"?{state.PARAMETER}=")[2]).visit == visit_of(at)
    assert any(each.label == "Share this" for each in at.expander)


@pytest.mark.parametrize("now", ["", "#results", "?s=old", "?s=old#results"])
def test_a_link_to_share_begins_with_the_page_alone(monkeypatch, now):
    page = "https://funding.example/explore"
    monkeypatch.setattr(state, "st", SimpleNamespace(context=SimpleNamespace(url=page + now)))
    monkeypatch.setattr(state, "link", lambda: "new")
    assert state.address() == f"{page}?s=new"
    monkeypatch.setattr(state, "link", lambda: "")
    assert state.address() == page


def test_links_within_the_page_lead_to_its_parts_and_show_where_it_is_narrow():
    at = explore()
    parts = [each.proto.anchor for each in at.header]
    for label, part in (("Go to the results", "results"), ("Back to the levers", "levers")):
        assert part in parts
        (box_of,) = (
            each
            for each in inside(at.main)
            if getattr(each.proto, "id", "").endswith(f"leap-{part}")
        )
        (link,) = box_of.children.values()
        assert link.value == f"[{label}](#{part})"
    wide = next(each for each in pieces.FITS.splitlines() if "(min-width: 641px)" in each)
    assert ':has(> [class*="st-key-leap-"]) { display: none; }' in wide


@pytest.mark.parametrize("room", ["explore", "money", "clients", "compare", "reports"])
@pytest.mark.parametrize("own", [True, False])
def test_the_banner_says_whose_figures_they_are(room, own):
    area = Visit(plan=Proposal(OWN, own_file=FILE), against=OWN, replications=4)
    at = page_of(room, (area if own else FEW).link)
    assert not at.exception
    assert at.warning[0].value.startswith("Illustrative. ")
    assert ("has an area's own figures" in at.warning[0].value) == own
    assert ("made-up" in at.warning[0].value) != own
    assert not own or "no real partnership" not in words(at)


def test_money_says_why_it_moved():
    plan = Proposal().with_changes({"plan.move_on_delay_days": 0.0})
    at = page_of("money", Visit(plan=plan, replications=4).link)
    assert not at.exception
    told = words(at).replace("\\", "")
    assert "Your plan against the comparison" in told
    assert "Own number" in str([table.value.to_string() for table in at.table])
    yearly = [table.value for table in at.table if money.LARGEST in table.value.columns]
    assert len(yearly) == 2, "the plan's and the comparison's"
    assert yearly[0][money.LARGEST].iloc[0].replace("\\", "") == money.BEFORE
    assert yearly[0][money.LARGEST].str.contains("£").any()
    assert [each.label for each in at.expander].count("In words") == 2
    assert "paid on the history" in told, "the sentences, in words"


def test_start_says_what_it_is_not():
    at = page_of("front")
    assert not at.exception
    assert "not a forecast" in words(at)


def test_pages_have_addresses_of_their_own():
    addresses = [address for _, address, _ in navigation.PAGES]
    assert len(set(addresses)) == len(addresses)
    assert addresses[0] == ""


APP = Path(__file__).parents[1] / "app.py"


def test_both_entries_show_the_same_page():
    assert APP.read_text().splitlines()[2:] == serving.ENTRY.read_text().splitlines()[2:]


def test_entry_stands_in_a_folder_of_its_own():
    files = [each.name for each in serving.ENTRY.parent.iterdir() if each.suffix == ".py"]
    assert files == [serving.ENTRY.name]


def test_a_checkout_and_the_command_have_the_same_settings():
    told = tomllib.loads((APP.parent / ".streamlit" / "config.toml").read_text())
    flat = {
        f"{part}.{name}": str(value).lower() if isinstance(value, bool) else str(value)
        for part, names in told.items()
        for name, value in names.items()
    }
    assert flat == serving.SETTINGS


# Method


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("Help", "Who does this?"),
        ("The model", "Each 1 April"),
        ("How far to trust it", "160 checks"),
        ("Limits", "In one sentence"),
        ("Words", "Pooled Treatment Budget"),
        ("Accessibility", "Web Content Accessibility Guidelines"),
    ],
)
def test_every_part_of_the_method_can_be_read(part, told):
    at = page_of("method")
    at.radio(key="part").set_value(part).run()
    assert not at.exception
    assert at.header[0].value == part
    assert told in words(at)
    assert "](" not in words(at).replace("](http", ""), "a link to a file that is not there"


def test_assumptions_are_found_by_words_and_grade():
    at = page_of("method")
    at.radio(key="part").set_value("Assumptions").run()
    whole = len(at.table[0].value)
    at.text_input(key="search").set_value("relapse opiates").run()
    found = at.table[0].value
    assert 0 < len(found) < whole
    assert found.index.str.lower().str.contains("opiates").all()
    at.selectbox(key="grade").set_value("unverified").run()
    assert "No assumption has all of these words" in words(at)
    at.text_input(key="search").set_value("").run()
    assert set(at.table[0].value["Grade"]) == {"unverified"}
    assert not at.exception


# What no page wrote


@pytest.mark.slow
@pytest.mark.parametrize(
    "room", [page.__module__.rpartition(".")[2] for *_, page in navigation.PAGES]
)
def test_no_link_breaks_a_page(room):
    at = page_of(room, FEW.link)
    assert not at.exception
    refused = [told for told, _ in REFUSED] if room == "explore" else [REFUSED[0][0]]
    for told in (*refused, *FINE):
        at.query_params["s"] = link_of({"replications": 4} | told)
        at.run()
        assert not at.exception, told
        assert at.session_state["drawn"]


@pytest.mark.parametrize("told", [told for told in FINE if told.get("saved")])
def test_every_proposal_of_a_strange_link_can_be_opened_and_taken_out(told):
    for place in range(len(told["saved"])):
        for key in ("open", "take out"):
            at = page_of("explore", link_of({"replications": 4} | told))
            at.button(key=f"{key} {place}").click().run()
            assert not at.exception


def test_a_link_made_with_another_version_says_so_and_opens():
    told = plain(Visit(against="park", replications=4))
    told["made_with"]["park"] = "00000000"
    at = page_of("explore", link_of(told))
    assert visit_of(at).against == "park"
    assert "another version" in words(at)
    assert "another version" in words(at.run()), "pages are drawn again by themselves"
    at.slider(key="slide plan.stretch_share 0").set_value(11.0).run()
    assert "another version" not in words(at)


def test_what_cannot_be_put_aside_is_said_and_nothing_is_lost():
    full = FEW
    for place in range(MOST_SAVED):
        full = full.save(f"Plan {place}", "")
    full = replace(full, plan=Proposal())
    at = explore(full)
    assert "as many as there is room for" in words(at)
    at.text_input[0].set_value("One more")
    button(at, "Put aside").click().run()
    assert visit_of(at).saved == full.saved
    assert "be at most 12" in words(at).replace("\\", "")


def test_a_change_that_no_link_could_carry_is_refused_when_it_is_made(monkeypatch):
    at = explore()
    monkeypatch.setattr("simulator.visit.LARGEST_LINK", 10)
    at.slider(key="slide plan.stretch_share 0").set_value(10.0).run()
    assert not at.exception
    assert visit_of(at) == FEW
    assert "fit into a link" in words(at)


def test_plans_for_other_people_are_not_compared():
    with pytest.raises(BadInput, match="another"):
        state.pair(Visit(plan=Proposal("long_waits"), against="baseline_2008"))
    with pytest.raises(BadInput, match="partnerships"):
        state.pair(Visit(against="eight_park"))


def test_the_browser_is_given_no_more_steps_than_it_can_send_back():
    before, after = memory.that_fit(["b" * 30_000] * 30, ["a" * 30_000] * 2)
    assert (len(before), len(after)) == (4, 2)
    steps = [str(place) for place in range(50)]
    assert memory.that_fit(steps, [])[0] == steps[-20:]


class Browser:
    """A browser that answers with what it is given."""

    def __init__(self, told):
        self.told, self.given = told, []

    def __call__(self, **more):
        self.given.append(more["data"])
        return SimpleNamespace(told=self.told)


def test_a_browser_that_tells_too_much_is_not_asked_again(monkeypatch):
    browser = Browser("x" * (memory.LONGEST + 1))
    kept = {state.VISIT: Visit(), state.BEFORE: [], state.AFTER: []}
    monkeypatch.setattr(memory, "_component", lambda: browser)
    monkeypatch.setattr(memory.st, "session_state", kept)
    monkeypatch.setattr(memory.st, "rerun", lambda: None)
    memory.remember()
    memory.remember()
    assert [each["asks"] for each in browser.given] == [True, False]


def test_one_scenario_is_made_of_one_proposal_whoever_asks():
    plan = Proposal().with_changes({"plan.stretch_share": 0.07})
    barrier = Barrier(4)

    def made(_):
        barrier.wait()
        return desk_room.scenario_of(plan)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(made, range(4)))
    assert len({id(each) for each in found}) == 1
    eight = replace(plan, acting="one_of_eight")
    park, again = (desk_room.scenario_of(eight, load("park")) for _ in range(2))
    assert park is again, "what others do is known by what it says, not by where it lies"
    assert desk_room.scenario_of(eight, load("move_on")) is not park
