from deck_sim.contract.editions import EDITIONS


def test_a_path_of_the_other_edition_is_a_404_with_a_hint(api, sim):
    for edition, path, owner in [
        ("connections", "/sessions/sess_1/end", "credentials"),
        ("credentials", "/connections", "connections"),
    ]:
        sim.post("/reset", json={"edition": edition})
        (error,) = api.post(path).json()["errors"]
        assert error["code"] == "endpoint_not_found"
        assert f"endpoint of the `{owner}` edition" in error["message"]
        for way in (f'deck(edition="{owner}")', f"--edition {owner}", "PATCH /_sim/world {"):
            assert way in error["message"]


def test_a_key_of_the_other_edition_is_named_so(api, sim, task):
    for path, key, owner in [
        (f"/tasks/{task['id']}/run", "credential_id", "credentials"),
        ("/event-destinations", "config", "connections"),
    ]:
        answer = api.post(path, json={key: {}, "typo": 1})
        messages = {error["field"]: error["message"] for error in answer.json()["errors"]}
        assert f"; the edition `{owner}` has it; to switch: @pytest" in messages[key]
        assert "edition" not in messages["typo"]
        sim.post("/reset", json={"edition": "credentials"})


def test_the_control_api_has_the_kinds_of_the_edition(sim):
    for edition, row in EDITIONS.items():
        sim.post("/reset", json={"edition": edition})
        for kind in ("connections", "credentials", "sessions"):
            answer, has = sim.get(f"/{kind}"), kind.removesuffix("s") in row.kinds
            assert answer.status_code == (200 if has else 404)
            message = "" if has else answer.json()["errors"][0]["message"]
            assert has or f"this world's edition, `{edition}`" in message
