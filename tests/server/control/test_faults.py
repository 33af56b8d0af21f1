PAGE = {"match": "GET /v2/agents", "status": 502, "times": 1}


def test_a_fault_is_added_counted_and_removed(sim, api):
    put = sim.post("/faults", json=PAGE).json()
    assert put["id"].startswith("flt_")
    assert [api.get("/agents").status_code for _ in range(2)] == [502, 200]
    (listed,) = sim.get("/faults").json()["data"]
    usual = {"after": 0, "owner": None, "met": 2, "fired": 1}
    assert listed == {"id": put["id"], **PAGE, **usual}
    assert sim.delete(f"/faults/{put['id']}").json()["deleted"] is True
    assert sim.get("/faults").json()["data"] == []
    sim.post("/faults", json=PAGE)
    assert sim.delete("/faults").json()["data"] == []
