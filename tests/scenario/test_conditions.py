from deck_sim.scenario.conditions import When

FACTS = {
    "username": "ada@slow.example",
    "external_id": None,
    "source": ("src_1", "Hotel"),
    "task": ("task_1", "Read bills"),
    "agent": ("agt_1",),
    "auth_method": "username_password",
    "input": {
        "guest": "Ada L",
        "nights": 3,
        "price": 20.0,
        "one": 1,
        "late": True,
        "note": None,
        "room": {"floor": 2, "beds": ["king", "sofa"], "view": {"sea": False}},
    },
}


def matches(**conditions):
    return When(**conditions).matches(FACTS)


TEXTS = [
    ("username", "ada@slow.example", True),
    ("username", "*@slow.example", True),
    ("username", "???@slow.*", True),
    ("username", "[a-c]da@*", True),
    ("username", "[!a]da@*", False),
    ("username", "ada", False),
    ("username", "ADA@*", False),
    ("external_id", "*", False),
    ("source", "src_1", True),
    ("source", "Hot*", True),
    ("source", "Inn", False),
    ("task", "task_2", False),
    ("agent", "agt_?", True),
    ("auth_method", "*_password", True),
    ("auth_method", "none", False),
]


def test_texts_are_globs():
    assert [row for row in TEXTS if matches(**{row[0]: row[1]}) is not row[2]] == []


def test_all_conditions_must_hold():
    assert matches(username="ada*", source="Hotel", input={"nights": 3})
    assert not matches(username="ada*", source="Inn", input={"nights": 3})
    assert not matches(username="ada*", source="Hotel", input={"nights": 4})
    assert When().matches({})
    assert matches(username=None, task="Read*")


INPUTS = [
    ({}, True),
    ({"guest": "Bob*"}, False),
    ({"guest": "Ada*", "nights": 4}, False),
    ({"nights": 3}, True),
    ({"nights": "3"}, True),
    ({"nights": 3.0}, True),
    ({"nights": 3.5}, False),
    ({"price": 20}, True),
    ({"price": "20.*"}, True),
    ({"price": True}, False),
    ({"one": True}, False),
    ({"late": 1.0}, False),
    ({"late": True}, True),
    ({"late": "true"}, True),
    ({"late": 1}, False),
    ({"note": None}, True),
    ({"note": "*"}, False),
    ({"missing": None}, False),
    ({"missing": "*"}, False),
    ({"room": {}}, True),
    ({"room": {"floor": 2}}, True),
    ({"room": {"view": {"sea": "false"}}}, True),
    ({"guest": {"name": "Ada"}}, False),
    ({"room": {"beds": ["k*", "sofa"]}}, True),
    ({"room": {"beds": ["sofa", "king"]}}, False),
    ({"room": {"beds": ["king", "king"]}}, False),
    ({"room": {"beds": ["king"]}}, False),
    ({"guest": ["Ada L"]}, False),
]


def test_an_input_is_matched_by_the_named_keys():
    assert [row for row in INPUTS if matches(input=row[0]) is not row[1]] == []
    assert not When(input={}).matches({"username": "ada"})
