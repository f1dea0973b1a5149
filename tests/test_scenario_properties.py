"""Whatever is in a file, it is read or refused; whatever is written, loads back the same."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from simulator.errors import BadInput
from simulator.scenario import as_dict, canonical_json, load, write
from simulator.scenario.reading import DEEPEST, compose, plain
from simulator.scenario.schema import Scenario
from simulator.scenario.tree import Origin, Tree, merge, paths

COMPLETE = Path(__file__).parent / "broken" / "complete.yaml"
WHOLE = as_dict(load(COMPLETE))
SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
structures = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)
yaml_like = st.lists(
    st.sampled_from(
        [*"[]{}:,-?&*!|>'\"%@`#~ \n\t0aé.=<", "---", "...", "%YAML ", "!!", "&a ", "*a"]
    )
    | st.sampled_from(
        ["? ", ": ", "- ", "\\U", "\\x", "1e3", ".inf", "null", "\x85", "\u2028", "\ufeff"]
    ),
    max_size=60,
).map("".join)


def read_or_refuse(file):
    try:
        load(file)
    except BadInput as refused:
        for fault in refused.faults:
            assert fault.where.startswith(str(file.name))
            assert fault.rule
            assert fault.advice
            assert "be valid (" not in fault.rule
            str(fault).encode()


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "scenario.yaml"


@SHARED_FOLDER
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(file, content):
    file.write_bytes(content)
    read_or_refuse(file)


@SHARED_FOLDER
@given(text=st.text(max_size=200) | yaml_like)
@example(text='"\\UFFFFFFFF"')
@example(text="%YAML 1." + "9" * 5000 + "\n---\na: 1")
@example(text='"\\ud800": 1')
@example(text="9" * 5000)
@example(text="? [a]\n: {b: c}")
def test_any_text_is_read_or_refused(file, text):
    file.write_text(text, encoding="utf-8")
    read_or_refuse(file)


@SHARED_FOLDER
@given(structure=structures)
def test_any_structure_is_read_or_refused(file, structure):
    file.write_text(json.dumps(structure))
    read_or_refuse(file)
    record = file.with_suffix(".json")
    record.write_text(json.dumps({"scenarios": [structure]}))
    read_or_refuse(record)


places = sorted((path for path in paths(WHOLE) if path), key=str)


@settings(SHARED_FOLDER, max_examples=60)
@given(place=st.sampled_from(places), given_there=structures)
def test_anything_in_the_place_of_a_part_is_read_or_refused(file, place, given_there):
    whole = json.loads(json.dumps(WHOLE))
    around = whole
    for step in place[:-1]:
        around = around[step]
    around[place[-1]] = given_there
    record = file.with_suffix(".json")
    record.write_text(json.dumps({"scenarios": [whole]}))
    read_or_refuse(record)
    del whole["name"]
    file.write_text(json.dumps(whole))
    read_or_refuse(file)


@settings(deadline=None)
@given(
    change=st.text(max_size=30)
    | st.sampled_from(places).map(lambda p: ".".join(map(str, p)) + "=x")
)
def test_any_change_is_made_or_refused(change):
    try:
        load(COMPLETE, [change])
    except BadInput as refused:
        str(refused).encode()


@given(structure=structures)
def test_reader_agrees_with_json(structure):
    """JSON is YAML, but for numbers that are not finite and half characters, which JSON escapes."""
    text = json.dumps(structure, allow_nan=True)
    if "\\ud" in text or "NaN" in text or "Infinity" in text:
        return
    composed = compose(text)
    if composed.readable and not composed.remarks:
        assert composed.data == structure
    else:
        assert composed.remarks


ordinary_words = st.from_regex(
    r"-?[1-9][0-9]{0,4}(\.[0-9]{1,4})?|true|false|null|~|[a-dg-m]{1,6}", fullmatch=True
)


@given(word=ordinary_words)
def test_ordinary_words_are_read_as_the_safe_loader_reads_them(word):
    assert plain(word) == yaml.safe_load(word)


trees = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2),
        lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)


def tree(data, file):
    return Tree(data, {path: Origin(file, 1) for path in paths(data)})


@given(below=trees, above=trees)
def test_every_value_of_a_merge_comes_from_the_file_it_names(below, above):
    merged = merge(tree(below, "below"), tree(above, "above"))
    for path in paths(merged.data):
        origin = merged.origin(path)
        source = above if origin.file == "above" else below
        assert path in set(paths(source))
    assert set(merged.origins) == set(paths(merged.data))
    assert merge(merged, tree(above, "again")).data == merged.data


@given(depth=st.integers(1, 60), opening=st.sampled_from(["[", "{a: "]))
def test_nesting_is_bounded(depth, opening):
    closing = "]" if opening == "[" else "}"
    composed = compose(opening * depth + "1" + closing * depth)
    assert composed.readable == (depth <= DEEPEST)


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
numbers = st.floats(0, 1e6, allow_subnormal=False) | st.integers(0, 1000)
shares = st.floats(0, 1, allow_subnormal=False)


def by_year(value):
    return value | st.lists(value, min_size=3, max_size=3)


def by_group(value):
    return value | st.fixed_dictionaries({"opiate": value, "other": value})


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20).filter(
    lambda n: n != "all"
)
levers = {
    "move_on_delay_days": by_group(by_year(numbers)),
    "early_exit_rate_per_year": by_group(by_year(shares)),
    "stretch_share": by_year(shares),
    "recorded_as_pdu_share": by_year(shares),
    "priority": by_group(st.integers(0, 99)),
    "outreach_to": st.sampled_from([[], ["other"], ["opiate", "other"]]),
}


@st.composite
def scenarios(draw):
    """A valid scenario: the complete one with other words, levers and partnerships."""
    whole = json.loads(json.dumps(WHOLE))
    whole |= {each: draw(words) for each in ("title", "question", "description")}
    whole["funding"]["price_year"] = draw(words)
    whole["formula"]["floor_share"] = draw(by_year(st.none() | shares))
    whole["world"]["prison"]["mean_stay_days"] = draw(st.floats(1e-300, 1e300))
    whole["plan"] |= {lever: draw(values) for lever, values in levers.items()}
    own = st.fixed_dictionaries({}, optional=levers)
    changes = draw(st.dictionaries(names, own, min_size=1, max_size=3))
    whole["partnerships"] = {
        name: {"need_index": draw(numbers), "plan": whole["plan"] | change}
        for name, change in changes.items()
    }
    return Scenario.model_validate(whole | {"name": "scenario"})


@settings(SHARED_FOLDER, max_examples=30)
@given(scenario=scenarios())
def test_what_is_written_loads_back_the_same(file, scenario):
    write(scenario, file)
    again = load(file)
    assert again == scenario
    assert canonical_json(again) == canonical_json(scenario)


@settings(SHARED_FOLDER, max_examples=30)
@given(scenario=scenarios())
def test_what_is_recorded_loads_back_the_same(file, scenario):
    record = file.with_suffix(".json")
    record.write_text(json.dumps({"scenarios": [as_dict(scenario)]}))
    assert canonical_json(load(record)) == canonical_json(scenario)
