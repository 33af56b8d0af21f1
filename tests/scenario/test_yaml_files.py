from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck_sim.scenario.yaml_files import MAX_BYTES, Document, YamlError, read_yaml, write_yaml


def refused(source):
    with pytest.raises(YamlError) as caught:
        read_yaml(source)
    return caught.value.message, caught.value.line, caught.value.column


TYPED = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
    "0": 0,
    "-7": -7,
    "1500": 1500,
    "2.50": 2.5,
    "-0.5": -0.5,
}
TEXTS = (
    *("012345", "1:30", "12:30:45", "no", "yes", "on", "True", "NULL", "2025-01-15", "=", "<<"),
    *("0x1F", "0o17", "1e3", "1_000", "+1", ".5", "1.", "-01", "007.5", ".inf", ".nan"),
)


def test_words_and_plain_numbers_are_typed():
    read = {written: read_yaml(f"a: {written}").data["a"] for written in TYPED}
    assert [*map(repr, read.values())] == [*map(repr, TYPED.values())]


def test_everything_else_is_text():
    assert [text for text in TEXTS if read_yaml(f"a: {text}").data != {"a": text}] == []
    for written in ("'1'", '"1"', "|-\n  1", ">-\n  1"):
        assert read_yaml(f"a: {written}").data == {"a": "1"}


def test_keys_are_text():
    assert read_yaml("{1: a, true: b, 1.50: c}").data == {"1": "a", "true": "b", "1.50": "c"}


DOCUMENTS = [
    ("", None),
    ("# nothing\n", None),
    ("a\n...\n", "a"),
    (b"a: \xc3\xbc", {"a": "ü"}),
    (b"\xef\xbb\xbfa: b", {"a": "b"}),
    ("a: b\r\nc: d\r\n", {"a": "b", "c": "d"}),
    ('{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}),
    ('a: "\\u00fc\\0"', {"a": "ü\0"}),
]


def test_one_document_is_read():
    assert [source for source, data in DOCUMENTS if read_yaml(source).data != data] == []


def test_every_value_and_key_has_a_position():
    """Lines and columns count from 1; a column is a character, not a byte."""
    document = read_yaml("a: 1\nlist:\n  - ü: x\n  - [p, q]\n")
    assert document.position(()) == (1, 1)
    assert document.position(("a",)) == (1, 4)
    assert document.position(("list", 0, "ü")) == (3, 8)
    assert document.position(("list", 0, "ü"), of_key=True) == (3, 5)
    assert document.position(("list", 1, 1)) == (4, 9)


def test_a_missing_path_has_the_position_of_its_parent():
    document = read_yaml("a:\n  b: 1\n")
    assert document.position(("a", "c", 3)) == (2, 3)
    assert document.position(("a", "c"), of_key=True) == (1, 1)
    assert Document({"a": 1}).position(("a",)) == (1, 1)


def test_aliases_repeat_their_anchors():
    text = "one: &v 5\ntwo: *v\nl: &l [x]\nm: &m {k: *l}\nn: *m\n&key o: *key\n"
    data = read_yaml(text).data
    assert data["two"] == 5
    assert data["n"] == {"k": ["x"]}
    assert data["o"] == "o"


DEEP = "more than 100 levels of nesting, or an alias inside its own anchor"
MANY = "more than 100,000 values, counted again for each alias; use fewer aliases"
TENFOLD = [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in pairwise("abcde")]
SECOND = "a second `: ` in one line; quote the text, or begin a new line"
CHECK = "check the indentation, and the `:` of the line before"
ALIAS = "unknown alias; quote a text that begins with `*`, such as a glob"
REFUSED = [
    ("[" * 101 + "]" * 101, DEEP, 1, 101),
    (f"a: &a [{'x, ' * 10}]\n{''.join(TENFOLD)}", MANY, 1, 35),
    ("a: 1\nb: 2\na: 3", "duplicate key 'a'; it is already in line 1", 3, 1),
    ("a: !mine [x]", "the tag '!mine' is not allowed; leave it out", 1, 4),
    ("!mine a: 1", "the tag '!mine' is not allowed; leave it out", 1, 1),
    ("a\n--- b\n", "not YAML: a second document begins; a file can have only one", 2, 1),
    ("? [x]\n: y\n", "a key must be text", 1, 3),
    ("{{a: b}: c}", 'a key must be text; is this an expression? Quote it: "{{ … }}"', 1, 2),
    ("a: &b [*b]\n", DEEP, 1, 4),
    ("a: 1\n".encode("utf-16"), "the file is not UTF-8; save it as UTF-8", 1, 1),
    ("x" * (MAX_BYTES + 1), "the file is larger than 1024 KiB", 1, 1),
    ("a: b: c", f"not YAML: {SECOND}", 1, 5),
    ("ä: b\nc: d: e", f"not YAML: {SECOND}", 2, 5),
    ("a\nb: c", f"not YAML: a key is not allowed here; {CHECK}", 2, 2),
    ("a: b\n  c: d", f"not YAML: a key is not allowed here; {CHECK}", 2, 4),
    ("a: *.pdf", f"not YAML: {ALIAS}", 1, 5),
    ("a: *pdf", f"not YAML: {ALIAS}", 1, 4),
    ("a:\n\t- b", "not YAML: a tab is not allowed here; indent with spaces", 2, 1),
    ("a: @x", "not YAML: a text that begins with '@' must be quoted", 1, 4),
    ("\ufeffa: @x", "not YAML: a text that begins with '@' must be quoted", 1, 4),
]


def test_text_that_cannot_be_read_is_refused_with_a_place():
    for source, *expected in REFUSED:
        assert refused(source) == (*expected,), source


def test_what_is_not_closed_is_named():
    """After the words of the parser, which differ between PyYAML with and without libyaml."""
    for source, hint in (
        ("a: [b,\n", "the `[` or `{`"),
        ("a: {b: c", "the `[` or `{`"),
        ("a: 'x", "the quotes"),
    ):
        assert refused(source)[0].endswith(f"; close {hint}"), source
    assert "close" not in refused("a: [b, c}")[0]


def test_a_control_character_is_reported_at_its_line_and_column():
    text = "not YAML: the control character `\\x01`; delete it, or write `\\x01` in double quotes"
    for source, *place in (
        ("a: b\r\nc: ä \x01", 2, 6),
        ("# \x85\x01", 2, 1),
        ("\ufeffa: \x01", 1, 4),
    ):
        assert refused(source) == (text, *place), source
    assert read_yaml('a: "\\x01"').data == {"a": "\x01"}


def test_the_line_in_which_a_broken_part_begins_is_named():
    for source, line in (("a:\n  b: [1,\n  2", 2), ("a: 1\nb:\n  'x\n", 3), ("a: {b: c", 1)):
        assert f" that begins in line {line}: " in refused(source)[0], source


def test_text_that_is_not_yaml_is_refused():
    sources = ["a: [1, 2\n", "a: 'x", "a: b\n- c", '"\\U00110000"', "&: x", "...\n"]
    assert all(refused(source)[0].startswith("not YAML: ") for source in sources)


def test_a_number_of_very_many_digits_is_text():
    """Python reads no such integer, and such a decimal is infinite."""
    for digits in ("9" * 5000, "9" * 400 + ".5"):
        assert read_yaml(f"a: {digits}").data == {"a": digits}


NUMBERS = st.integers(-(10**30), 10**30) | st.floats(-1e20, 1e20).filter(
    lambda number: abs(number) > 1e-10 or not number
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=20,
)


@given(PLAIN)
def test_written_data_is_read_again(data):
    assert read_yaml(write_yaml(data)).data == data


def test_the_layout_is_that_of_scenario_files():
    """Keys keep their order, lists are indented, texts of several lines are blocks."""
    data = {"running": ["2s"], "code": "123456", "file": "date\nétage\n", "n": 1e20, "no": "1:30"}
    assert write_yaml(data) == (
        "running:\n  - 2s\ncode: '123456'\nfile: |\n  date\n  étage\nn: 100000000000000000000.0\n"
        "'no': '1:30'\n"
    )


def test_a_shared_value_is_written_twice():
    answer = {"code": "1"}
    assert write_yaml([answer, answer]) == "- code: '1'\n- code: '1'\n"
