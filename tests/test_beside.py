"""Files that are never half there: whatever goes wrong, the older file stays and nothing else does."""

import ast
import os
from pathlib import Path

import pytest

import simulator
from simulator.beside import PART, beside, put, remove_unfinished

NOBODY = 999_999_999
"""A process that there cannot be."""


def names_in(folder):
    return sorted(each.name for each in folder.iterdir())


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path):
    file = tmp_path / "whole.txt"
    file.write_text("older")
    with beside(file) as part:
        part.write_text("newer")
        assert file.read_text() == "older"
    assert file.read_text() == "newer"
    assert names_in(tmp_path) == ["whole.txt"]


def write_half(file, wrong):
    with beside(file) as part:
        part.write_text("hal")
        raise wrong


@pytest.mark.parametrize("wrong", [OSError, KeyboardInterrupt])
def test_what_goes_wrong_leaves_the_older_file_and_nothing_else(tmp_path, wrong):
    file = tmp_path / "whole.txt"
    file.write_text("older")
    with pytest.raises(wrong):
        write_half(file, wrong)
    assert file.read_text() == "older"
    assert names_in(tmp_path) == ["whole.txt"]


@pytest.mark.parametrize("durable", [True, False])
def test_a_folder_is_made_and_content_comes_back_byte_for_byte(tmp_path, durable):
    content = bytes(range(256))
    file = put(tmp_path / "a" / "b" / "whole.bin", content, durable=durable)
    assert file.read_bytes() == content
    assert names_in(file.parent) == ["whole.bin"]


def test_a_name_that_no_file_can_have_is_told_as_such(tmp_path):
    with pytest.raises(ValueError, match="null"):
        put(tmp_path / "no\0name", b"")
    assert names_in(tmp_path) == []


def test_what_a_dead_process_left_goes_and_what_a_living_one_writes_stays(tmp_path):
    left = tmp_path / f".whole.txt.{NOBODY}{PART}"
    written = tmp_path / f".whole.txt.{os.getpid()}{PART}"
    left.touch()
    written.touch()
    remove_unfinished(tmp_path)
    assert names_in(tmp_path) == [written.name]


def test_no_other_room_makes_a_place_beside_of_its_own():
    package = Path(simulator.__file__).parent
    makes = [
        file.relative_to(package)
        for file in package.rglob("*.py")
        if file.name != "beside.py"
        and any(
            isinstance(node, ast.Attribute) and node.attr == "getpid"
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        )
    ]
    assert makes == []
