"""The Markdown of the site, and the check of its HTML; `scripts/docs` builds it."""

import re
from itertools import chain

import pytest
from docs_site import Site, find_broken_links, read_navigation, write_for_assistants


@pytest.fixture(scope="module")
def site():
    return Site()


def test_every_page_is_in_the_navigation(site):
    assert sorted(chain(*read_navigation().values())) == sorted(site.names.values())


def test_llms_txt_lists_every_page_with_its_first_sentence(site, tmp_path):
    write_for_assistants(site.pages, tmp_path)
    text = (tmp_path / "llms.txt").read_text()
    assert "- [Faults](faults.md): This page is for developers who test what" in text
    assert all((tmp_path / page).exists() for page in re.findall(r"\]\((.*?)\)", text))


def test_llms_full_txt_has_the_whole_of_every_page(site, tmp_path):
    write_for_assistants(site.pages, tmp_path)
    text = (tmp_path / "llms-full.txt").read_text()
    assert [name for name in site.names.values() if site.pages[name] not in text] == []


def test_a_link_to_a_page_or_picture_is_one_of_the_site(site):
    assert "](trouble.md)" in site.pages["index.md"]
    assert 'src="images/timeline-light.png"' in site.pages["index.md"]
    assert "](design.md)" in site.pages["contributing.md"]


def test_a_link_to_a_file_leads_to_its_place_on_the_page_of_its_folder(site):
    (link,) = re.findall(r"\]\((files/\S*#composeyaml)\)", site.pages["deployment.md"])
    assert link == "files/deploy.md#composeyaml"
    assert "## compose.yaml\n\n````yaml\n" in site.pages["files/deploy.md"]


def test_a_link_to_a_file_at_the_top_leads_to_its_own_page():
    site = Site()
    link = site.rewrite("[L](../LICENSE)", "docs/a.md", "a.md")
    assert link == "[L](files/LICENSE.md)"


def test_a_link_in_code_stays(site):
    assert "[x](../README.md)" in Site.rewrite(
        site, "```\n[x](../README.md)\n```", "docs/a.md", "a.md"
    )


@pytest.mark.parametrize(
    ("html", "broken"),
    [
        ('<a href="b/">', []),
        ('<a href="b/#there">', []),
        ('<a href="https://deck.co/x">', []),
        ('<a href="c/">', ["index.html: c/"]),
        ('<a href="b/#gone">', ["index.html: b/#gone: no such anchor"]),
        ('<img src="a.png">', ["index.html: a.png"]),
        (
            '<link href="https://fonts.example/a.css">',
            ["index.html loads https://fonts.example/a.css"],
        ),
    ],
)
def test_the_check_reports_what_leads_nowhere_or_is_loaded_from_elsewhere(html, broken, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b/index.html").write_text('<h1 id="there">')
    (tmp_path / "index.html").write_text(html)
    assert [*find_broken_links(tmp_path)] == broken
