"""The page and its server: which world it shows, and what happens when the server goes away."""

from playwright.sync_api import expect


def test_without_a_key_there_is_a_list_of_worlds_to_choose_from(page, server, run_task, key):
    run_task()
    page.goto(f"{server.url}/_sim/ui")
    page.get_by_role("button", name=key).click()
    expect(page.get_by_role("region", name="What is unfinished")).to_contain_text("1 unfinished")


def test_with_keys_a_key_is_asked_for(page, start_server, watch):
    server = start_server(keys=("sk_one",))
    watch.refusals_are_expected = True
    page.goto(f"{server.url}/_sim/ui")
    page.get_by_role("textbox").fill("sk_two")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The server refuses this key.")).to_be_visible()
    page.get_by_role("button", name="Choose a world").click()
    page.get_by_role("textbox").fill("sk_one")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waiting for the first call")).to_be_visible()


def test_the_page_goes_on_when_the_server_is_back(page, start_server, watch, key):
    before = start_server()
    watch.refusals_are_expected = True
    page.goto(f"{before.url}/_sim/ui#key={key}")
    expect(page.locator(".live-live")).to_be_attached()
    before.stop()
    expect(page.locator(".live-reconnecting")).to_be_attached()
    after = start_server(before.port)
    after.worlds.create(key).world.note("clock", "", "a new beginning")
    expect(page.locator(".live-live")).to_be_attached()


def test_what_was_selected_is_left_when_the_server_lost_the_world(page, start_server, watch, key):
    before = start_server()
    watch.refusals_are_expected = True
    page.goto(f"{before.url}/_sim/ui#key={key}&select=resource:trun_lost")
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()
    before.stop()
    expect(page.locator(".live-reconnecting")).to_be_attached()
    start_server(before.port)
    expect(page.get_by_text("The server was restarted.")).to_be_visible()
    expect(page.get_by_role("complementary", name="Details")).to_be_hidden()


def test_news_arrive_without_a_reload(page, open_tab, run_task):
    open_tab(page)
    run_task()
    expect(page.get_by_role("region", name="What is unfinished")).to_contain_text("1 unfinished")


def test_a_reset_empties_the_page(page, open_tab, run_task, sim):
    run_task()
    open_tab(page)
    expect(page.get_by_role("region", name="What is unfinished")).to_contain_text("1 unfinished")
    sim.post("/reset")
    expect(page.get_by_text("Waiting for the first call")).to_be_visible()
