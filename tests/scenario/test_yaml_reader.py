import pytest
import yaml

from deck_sim.base.limits import MAX_VALUES
from deck_sim.scenario.yaml import reader
from deck_sim.scenario.yaml.document import Document, YamlError
from deck_sim.scenario.yaml.reader import MAX_BYTES, read_yaml


@pytest.fixture(params=[reader._Loader, yaml.SafeLoader], ids=["fast", "plain"], autouse=True)
def parser(request, monkeypatch):
    """PyYAML's parser in C and the one in Python."""
    monkeypatch.setattr(reader, "_Loader", request.param)


def refused(source):
    """Message, line and column of the error."""
    with pytest.raises(YamlError) as caught:
        read_yaml(source)
    return caught.value.message, caught.value.line, caught.value.column


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("1500", 1500),
        ("2.50", 2.5),
        ("-0.5", -0.5),
    ],
)
def test_words_and_plain_numbers_are_typed(written, read):
    """`true`, `false`, null and plain decimal numbers have a type."""
    value = read_yaml(f"a: {written}").data["a"]
    assert (value, type(value)) == (read, type(read))


@pytest.mark.parametrize(
    "written",
    [
        *("012345", "1:30", "12:30:45", "no", "yes", "on", "True", "NULL", "2025-01-15", "=", "<<"),
        *("0x1F", "0o17", "1e3", "1_000", "+1", ".5", "1.", "-01", "007.5", ".inf", ".nan"),
    ],
)
def test_everything_else_is_text(written):
    """Values that YAML 1.1 converts stay as written."""
    assert read_yaml(f"a: {written}").data == {"a": written}


@pytest.mark.parametrize("written", ["'1'", '"1"', "|-\n  1", ">-\n  1"])
def test_quoted_text_and_blocks_are_text(written):
    """A quoted number is text."""
    assert read_yaml(f"a: {written}").data == {"a": "1"}


def test_keys_are_text():
    """A key is text, even if it looks like a number, `true` or null."""
    assert read_yaml("{1: a, true: b, null: c, 1.50: d}").data == {
        "1": "a",
        "true": "b",
        "null": "c",
        "1.50": "d",
    }


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("", None),
        ("# nothing\n", None),
        ("--- a\n", "a"),
        ("a\n...\n", "a"),
        ("[]", []),
        (b"a: \xc3\xbc", {"a": "ü"}),
        (b"\xef\xbb\xbfa: b", {"a": "b"}),
        ("\ufeffa: b", {"a": "b"}),
        ("a: b\r\nc: d\r\n", {"a": "b", "c": "d"}),
        ("a: b\rc: d\r", {"a": "b", "c": "d"}),
        ("a: 'x\n  y'", {"a": "x y"}),
        ('{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}),
        ('a: "\\u00fc\\0"', {"a": "ü\0"}),
    ],
)
def test_one_document_is_read(source, data):
    """Bytes and text, byte order marks, line ends and all notations are read."""
    assert read_yaml(source).data == data


def test_every_value_and_key_has_a_position():
    """Lines and columns count from 1; a column is a character, not a byte."""
    document = read_yaml("a: 1\nlist:\n  - ü: x\n  - [p, q]\n")
    assert document.position(()) == (1, 1)
    assert document.position(("a",)) == (1, 4)
    assert document.position(("list", 0, "ü")) == (3, 8)
    assert document.position(("list", 0, "ü"), of_key=True) == (3, 5)
    assert document.position(("list", 1, 1)) == (4, 9)


def test_a_missing_path_has_the_position_of_its_parent():
    """The nearest written parent gives the position."""
    document = read_yaml("a:\n  b: 1\n")
    assert document.position(("a", "c", 3)) == (2, 3)
    assert document.position(("a", "c"), of_key=True) == (1, 1)
    assert Document({"a": 1}).position(("a",)) == (1, 1)


def test_aliases_repeat_their_anchors():
    """An alias repeats a value, a list, a mapping or a key."""
    text = "one: &v 5\ntwo: *v\nl: &l [x]\nm: &m {k: *l}\nn: *m\n&key o: *key\n"
    data = read_yaml(text).data
    assert data["two"] == 5
    assert data["n"] == {"k": ["x"]}
    assert data["o"] == "o"


def test_duplicate_keys_and_tags_are_reported_together():
    """The reader reads on after them, and gives each a place."""
    text = "a: 1\nb: !!python/name:os.system x\na: 2\nc: !mine [x]\n!!str d: 1\n"
    found = [(e.message, e.line, e.column) for e in read_yaml(text).mistakes]
    assert found == [
        ("tag '!!python/name:os.system'; tags are not allowed", 2, 4),
        ("duplicate key 'a'; it is already in line 1", 3, 1),
        ("tag '!mine'; tags are not allowed", 4, 4),
        ("tag '!!str'; tags are not allowed", 5, 1),
    ]


DEEP = "nested deeper than 64 levels"
MANY = f"more than {MAX_VALUES} values, with aliases expanded"


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        ("a\n--- b\n", "a second document begins; a file holds one", 2, 1),
        ("? [x]\n: y\n", "a key must be text", 1, 3),
        ("{{a: b}: c}", 'a key must be text; is this an expression? Quote it: "{{ … }}"', 1, 2),
        ("a: &k x\n*k : y\n", "a key must be text", 2, 1),
        ("a: *b\n", "alias 'b' has no anchor before it", 1, 4),
        ("a: &b [*b]\n", "alias 'b' has no anchor before it", 1, 8),
        ("a: " + "9" * 41, "a number of more than 40 characters; quote it", 1, 4),
        ("%YAML 1.1\n--- a\n", "a line begins with `%`; directives are not allowed", 1, 1),
        ("a\n...\n%TAG ! x\n", "a line begins with `%`; directives are not allowed", 3, 1),
        ("ok: 1\nü: \x07", "the character U+0007 is not allowed in YAML", 2, 4),
        ("a: \ud800", "the character U+D800 is not allowed in YAML", 1, 4),
        ("a: b\n\ufeffc: d", "the character U+FEFF is not allowed in YAML", 2, 1),
        ("a: 1\n".encode("utf-16-le"), "the character U+0000 is not allowed in YAML", 1, 2),
        ("a: 1\n".encode("utf-16"), "the file is not UTF-8; save it in that encoding", 1, 1),
        (b"a: 1\n\xc3\xbc: \xff", "the file is not UTF-8; save it in that encoding", 2, 4),
        ("- " * 65 + "x", DEEP, 1, 129),
        ("[" + "a," * MAX_VALUES + "]", MANY, 1, 2 * MAX_VALUES),
        ("x" * (MAX_BYTES + 1), "the file is larger than 1024 KiB", 1, 1),
        (b"x" * (MAX_BYTES + 1), "the file is larger than 1024 KiB", 1, 1),
        ("a: " + "1" * 41, "a number of more than 40 characters; quote it", 1, 4),
    ],
)
def test_text_that_cannot_be_read_is_refused_with_a_place(source, message, line, column):
    """The error has a message, a line and a column."""
    assert refused(source) == (message, line, column)


def test_text_and_numbers_of_the_greatest_length_are_read():
    assert read_yaml("x" * MAX_BYTES).data == "x" * MAX_BYTES
    assert read_yaml("1" * 40).data == int("1" * 40)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a: b: c", 1),
        ("a:\n\t- b", 2),
        ("a: [1, 2\n", 2),
        ("a: 'x", 1),
        ("a: b\n- c", 2),
        ("a: @x", 1),
        ('a: "\\q"', 1),
        ('"\\U00110000"', 1),
        ("&: x", 1),
        ("...\n", 1),
        ("a: b\u2028c: d: e\x85\t", 2),
    ],
)
def test_text_that_is_not_yaml_is_refused(source, line):
    """Errors of the parser become errors of the reader."""
    message, found, _ = refused(source)
    assert message.startswith("not YAML: ")
    assert found == line


def test_an_unpaired_surrogate_is_refused():
    """An escape cannot make a text that UTF-8 cannot hold."""
    message, line, column = refused('a: "\\ud800"')
    assert ("surrogate" in message, column) in [(True, 4), (False, 7)]
    assert line == 1


BILLION = "\n".join(
    ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
)
LONG = "a: &a '" + "x" * 500_000 + "'\nb: [" + "*a," * 1000 + "]"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (BILLION, MANY),
        (LONG, "more than 4194304 letters, with aliases expanded"),
        ("[" * 200_000, None),
        ("{" * 200_000, None),
        ("? " * 200_000, None),
        ("".join(f"%TAG !a{n}! b\n" for n in range(60_000)) + "--- a", None),
        ("x" * 500_000 + ": [", None),
        ("&" + "a" * 500_000 + " [", None),
        ("[*" + "a" * 500_000 + "]", None),
    ],
)
def test_hostile_text_gets_a_plain_error(source, message):
    """Alias bombs and long tokens are refused with a short message."""
    found, *_ = refused(source)
    assert message in (None, found)
    assert len(found) < 200
